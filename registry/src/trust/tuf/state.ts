import type { MetaFile, Metadata, Root, Targets } from '@tufjs/models';
import type { Storage } from '../../storage/storage.ts';
import type { PublicKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { readBinFile } from './bin.ts';
import { keyOfRole, readFile } from './files.ts';
import { readMetadata, refuseOtherFile, refuseUnsigned, refuseUnsignedBy } from './metadata.ts';
import { onlineRoles, type OnlineRole, type PublicKeys } from './roles.ts';
import type { TargetDigest } from './target.ts';

/** The metadata that the registry has published, with every signature checked. */
export interface PublishedState {
  /** Version of the newest root. */
  readonly root: number;
  readonly timestamp: { readonly version: number; readonly expires: Date; readonly snapshotMeta: MetaFile; /** For compare-and-swap. */ readonly stored: string };
  /** `ROLE.json` → what the snapshot says about it. */
  readonly meta: Readonly<Record<string, MetaFile>>;
  readonly targets: Metadata<Targets>;
}

/** Whose signatures count. */
export interface Trusted {
  /** The registry's own keys, as it holds them: the newest root of the storage has to name them and no others. */
  readonly keys: PublicKeys;
  /** Online keys before a rotation, as their holder kept them: what they signed is read too. What the storage says of older roots is never asked. */
  readonly previous?: PublicKeys;
}

/** Reads and checks all but the bins. A registry signs only what follows from what it signed: nobody's edit of the storage becomes ours. Throws TRUST_REFUSED. */
export async function readState(storage: Storage, { keys, previous = {} }: Trusted, signal: AbortSignal): Promise<PublishedState> {
  const root = await readRoot(storage, signal);
  for (const role of onlineRoles) if (keys[role]) refuseForeignKey(root, role, keys[role]);
  const refuseStranger = strangersTo(root, previous);
  const { bytes, version: stored } = await readFile(storage, keyOfRole('timestamp'), signal);
  const timestamp = readMetadata('timestamp', bytes);
  refuseStranger('timestamp', timestamp);
  const { snapshotMeta } = timestamp.signed;
  const snapshotFile = await readFile(storage, keyOfRole('snapshot', snapshotMeta.version), signal);
  refuseOtherFile(snapshotMeta, snapshotFile.bytes, 'snapshot');
  const snapshot = readMetadata('snapshot', snapshotFile.bytes);
  refuseStranger('snapshot', snapshot);
  const targetsMeta = snapshot.signed.meta['targets.json'];
  const targetsFile = await readFile(storage, keyOfRole('targets', targetsMeta?.version ?? 0), signal);
  refuseOtherFile(targetsMeta, targetsFile.bytes, 'targets');
  const targets = readMetadata('targets', targetsFile.bytes);
  refuseStranger('targets', targets);
  return { root: root.signed.version, timestamp: { version: timestamp.signed.version, expires: new Date(timestamp.signed.expires), snapshotMeta, stored }, meta: snapshot.signed.meta, targets };
}

/** The targets of a bin, checked. Throws TRUST_REFUSED. */
export async function readBin(storage: Storage, { meta, targets }: PublishedState, bin: string, signal: AbortSignal): Promise<Map<string, TargetDigest>> {
  const file = meta[`${bin}.json`];
  const { bytes } = await readFile(storage, keyOfRole(bin, file?.version ?? 0), signal);
  refuseOtherFile(file, bytes, bin);
  return readBinFile(bytes, bin, targets);
}

/** The newest root: follows the numbered ones from `root.json`, which a killed process may have left behind. Throws TRUST_REFUSED. */
export const readRoot = async (storage: Storage, signal: AbortSignal): Promise<Metadata<Root>> => followRoots(storage, (await readFile(storage, keyOfRole('root'), signal)).bytes, signal);

/** The newest root of a chain that begins with these bytes of a `root.json`. Throws TRUST_REFUSED. */
export async function followRoots(storage: Storage, first: Uint8Array, signal: AbortSignal): Promise<Metadata<Root>> {
  let current = readMetadata('root', first);
  refuseUnsigned(current, 'root', current);
  for (;;) {
    const next = await storage.read(keyOfRole('root', current.signed.version + 1), signal);
    if (!next) return current;
    const metadata = readMetadata('root', next.bytes);
    refuseBrokenChain(current, metadata);
    current = metadata;
  }
}

/** Throws TRUST_REFUSED unless the root follows the one before it, signed by enough keys of both. */
export function refuseBrokenChain(before: Metadata<Root>, after: Metadata<Root>): void {
  if (after.signed.version !== before.signed.version + 1) throw refusal('root', `version ${after.signed.version} does not follow ${before.signed.version}`);
  refuseUnsigned(before, 'root', after);
  refuseUnsigned(after, 'root', after);
}

/** Refuses what neither the keys of the root nor the previous ones have signed. */
const strangersTo = (root: Metadata<Root>, previous: PublicKeys) => (role: OnlineRole, metadata: Parameters<typeof refuseUnsigned>[2]): void => {
  try {
    refuseUnsigned(root, role, metadata);
  } catch (thrown) {
    if (!previous[role]) throw thrown;
    refuseUnsignedBy(previous[role], role, metadata);
  }
};

/**
 * Throws TRUST_REFUSED unless the root names this key for the role and no other: nothing is signed that no client would accept, and a root that somebody
 * put into the storage vouches for nobody else. Its bytes are compared too: a root may call any key by any id.
 */
export function refuseForeignKey({ signed }: Metadata<Root>, role: OnlineRole, { id, hex }: PublicKey): void {
  const named = signed.roles[role];
  const key = signed.keys[id];
  if (named?.keyIDs.length === 1 && named.keyIDs[0] === id && named.threshold === 1 && key?.keyType === 'ed25519' && key.scheme === 'ed25519' && key.keyVal['public'] === hex) return;
  throw refusal(role, `key ${id} is not the one that the root names; a server has to be started again after a rotation`);
}
