import { isByomlError, type Clock } from '@byoml/core';
import type { Storage } from '../storage/storage.ts';
import { readAdvisories } from '../trust/advisories.ts';
import type { PublicKey } from '../trust/keys.ts';
import { tufRepository } from '../trust/tuf/repository.ts';
import { publicKeys, type OnlineKeys } from '../trust/tuf/roles.ts';
import { readState } from '../trust/tuf/state.ts';
import { countingAdvisories, envelopesOf } from './advisories-file.ts';
import { forgetPreviousKeys, readOnlineKeys, readPreviousKeys, swapKeys } from './next-keys.ts';
import type { Administered } from './administered.ts';
import { signedAdvisory } from './publish-advisory.ts';
import { readSignedEdition } from './signed-edition.ts';

/** The keys of a registry and what they sign. */
interface Rotating {
  /** Where the keys lie. */
  readonly folder: string;
  readonly storage: Storage;
  readonly clock: Clock;
}

/** The first half of what follows a new root, also after a process that died: puts new online keys in place and signs the metadata anew with them. Throws TRUST_REFUSED for metadata that neither the new nor the previous keys have signed. */
export async function resignMetadata({ folder, storage, clock }: Rotating, signal: AbortSignal): Promise<void> {
  await swapKeys(folder, storage, signal);
  const previous = await readPreviousKeys(folder);
  if (Object.keys(previous).length === 0) return;
  const keys = await readOnlineKeys(folder);
  if (await isStale(storage, keys, signal)) await tufRepository({ storage, keys, clock }).resign(previous, signal);
}

/** The second half: signs advisories anew that only the previous key vouches for, and forgets the previous keys. */
export async function resignAdvisories(administered: Omit<Administered, keyof AsyncDisposable>): Promise<void> {
  const { places, registry: { storage, packages: { history }, now, signal } } = administered;
  const previous = await readPreviousKeys(places.keys);
  if (previous.targets) {
    const { signers } = await readSignedEdition(storage, { signal });
    for (const envelope of await envelopesOf(storage, countingAdvisories(history), signal)) {
      const by = (keys: readonly PublicKey[]) => readAdvisories([envelope], keys, new Date(now())).accepted[0];
      const advisory = by(signers) ? undefined : by([previous.targets]);
      if (advisory) await signedAdvisory(administered, advisory);
    }
  }
  await forgetPreviousKeys(places.keys);
}

async function isStale(storage: Storage, keys: OnlineKeys, signal: AbortSignal): Promise<boolean> {
  try {
    await readState(storage, { keys: publicKeys(keys) }, signal);
    return false;
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'TRUST_REFUSED') throw thrown;
    return true;
  }
}
