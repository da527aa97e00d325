import { Accounts } from '../accounts/accounts.ts';
import { administrator } from '../accounts/account.ts';
import { Tokens } from '../accounts/tokens.ts';
import { Packages } from '../npm/packages.ts';
import type { Storage } from '../storage/storage.ts';
import type { Admit } from './admit.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { Search } from './search.ts';

const minute = 60_000;

export interface RegistrySettings {
  /** How long a version stays hidden, in milliseconds: of a package that nobody can see yet, and of any other. */
  readonly cooldown: { readonly newMs: number; readonly updateMs: number };
  /** An account that publishes more than `count` versions within `windowMs` may change nothing for `freezeMs`. */
  readonly publishLimit: { readonly count: number; readonly windowMs: number; readonly freezeMs: number };
  /** Whether anybody may make an account by logging in, or the administrator only. */
  readonly registration: 'open' | 'closed';
  /** Address that readers see, ending in a slash; without it, the one they asked. */
  readonly publicUrl: string | undefined;
}

const defaultSettings: RegistrySettings = {
  cooldown: { newMs: 24 * 60 * minute, updateMs: 4 * 60 * minute },
  publishLimit: { count: 5, windowMs: 10 * minute, freezeMs: 60 * minute },
  registration: 'closed',
  publicUrl: undefined,
};

export interface RegistryOptions extends Partial<RegistrySettings> {
  /** Stays the caller's: closing the registry does not dispose it. */
  readonly storage: Storage;
  readonly admit: Admit;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the endpoints work on. */
export interface Registry {
  readonly settings: RegistrySettings;
  readonly packages: Packages;
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly search: Search;
  readonly admit: Admit;
  readonly storage: Storage;
  readonly now: () => number;
  /** Aborts when the registry has to stop at once. */
  readonly signal: AbortSignal;
  /** Secret of the administrator's token; only when this opening made the account. */
  readonly adminToken: string | undefined;
  /** Notes that everything is settled, so that the next opening need not look. */
  close(): Promise<void>;
}

const settingsOf = ({ cooldown, publishLimit, registration, publicUrl }: RegistryOptions): RegistrySettings => ({
  cooldown: cooldown ?? defaultSettings.cooldown,
  publishLimit: publishLimit ?? defaultSettings.publishLimit,
  registration: registration ?? defaultSettings.registration,
  publicUrl: publicUrl ?? defaultSettings.publicUrl,
});

/** Opens what a storage holds: verifies the log, finishes what a process that died has begun. Throws TRUST_REFUSED and STORAGE_FAILED. */
export async function openRegistry(options: RegistryOptions, signal: AbortSignal): Promise<Registry> {
  const { storage, now, admit } = options;
  const settings = settingsOf(options);
  const search = new Search();
  const packages = await Packages.open({ storage, now, ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl }), onChange: (name, packument) => search.put(name, packument) }, signal);
  const checkpoint = await readCheckpoint(storage, signal);
  if (checkpoint) packages.trust(checkpoint.lastEvent, checkpoint.moment);
  const settle = async (): Promise<void> => {
    const moment = now();
    await packages.settleAll(signal);
    await writeCheckpoint(storage, { lastEvent: packages.history.head.number, moment }, signal);
  };
  await settle();
  const accounts = new Accounts(storage, now);
  const tokens = new Tokens(storage, now);
  const adminToken = await firstToken({ accounts, tokens }, signal);
  return { settings, packages, accounts, tokens, search, admit, storage, now, signal, adminToken, close: settle };
}

/** Makes the administrator; undefined when there was one already. */
async function firstToken({ accounts, tokens }: Pick<Registry, 'accounts' | 'tokens'>, signal: AbortSignal): Promise<string | undefined> {
  if ((await accounts.find(administrator, signal)) || !(await accounts.create(administrator, null, signal))) return undefined;
  return (await tokens.issue({ account: administrator, right: 'admin', label: 'first start', lifeMs: null }, signal)).secret;
}
