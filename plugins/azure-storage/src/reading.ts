import { CacheFolder, Clock, Logger, z, type Run, type Services } from '@byoml/core';
import { accountSetting, accountUrl } from './account.ts';
import { openStore, type Store } from './client.ts';
import { credentialFor, credentialSetting } from './credential.ts';
import { usualPatience, type Patience } from './retried.ts';

/** Settings of everything that reads blobs. */
export const readingSettings = {
  account: accountSetting,
  credential: credentialSetting,
  parallel: z.int().min(1).max(64).default(8).describe('Requests at a time'),
  cacheGb: z.number().min(0).default(50).describe('Copies that were not used for longest are removed above this, in GB; those of the last six hours stay'),
};

/** What a reader needs of the host. */
export const readingNeeds = { cache: CacheFolder, log: Logger, clock: Clock };
export type ReadingServices = Services<typeof readingNeeds>;

type Reading = z.output<z.ZodObject<typeof readingSettings>>;

/** The account of the settings, opened when it is first asked for. */
export function lazyStore({ account, credential }: Pick<Reading, 'account' | 'credential'>, { clock }: ReadingServices, patience: Patience = usualPatience): (run: Run) => Promise<Store> {
  let store: Promise<Store> | undefined;
  return (run) => {
    run.signal.throwIfAborted();
    const url = accountUrl(account);
    // A failure is no reason to fail for ever.
    store ??= Promise.resolve().then(() => openStore({ url, credential: credentialFor(credential, url), now: () => clock.now(), patience })).catch((thrown: unknown) => {
      store = undefined;
      throw thrown;
    });
    return store;
  };
}

export const gigabyte = 1e9;
