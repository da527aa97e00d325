import type { MetaFile, Metadata, Root, Snapshot, Targets } from '@tufjs/models';
import type { Storage } from '../../storage/storage.ts';
import type { SigningKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { readBinFile } from './bin.ts';
import { keyOfRole, readFile } from './files.ts';
import { readMetadata, refuseOtherFile, refuseUnsigned } from './metadata.ts';
import type { TargetDigest } from './target.ts';

/** The newest root and the one before it, whose keys may have signed what was not renewed yet. */
export interface RootChain {
  readonly current: Metadata<Root>;
  readonly previous?: Metadata<Root>;
}

/** The metadata that the registry has published, with every signature checked. */
export interface PublishedState {
  readonly roots: RootChain;
  readonly timestamp: { readonly version: number; readonly expires: Date; readonly snapshotMeta: MetaFile; /** For compare-and-swap. */ readonly stored: string };
  readonly snapshot: Metadata<Snapshot>;
  readonly targets: Metadata<Targets>;
}

/** Reads and checks all but the bins. A registry signs only what follows from what it signed: nobody's edit of the storage becomes ours. Throws TRUST_REFUSED. */
export async function readState(storage: Storage, signal: AbortSignal): Promise<PublishedState> {
  const roots = await readRoots(storage, signal);
  const { bytes, version: stored } = await readFile(storage, keyOfRole('timestamp'), signal);
  const timestamp = readMetadata('timestamp', bytes);
  refuseStranger(roots, 'timestamp', timestamp);
  const { snapshotMeta } = timestamp.signed;
  const snapshotFile = await readFile(storage, keyOfRole('snapshot', snapshotMeta.version), signal);
  refuseOtherFile(snapshotMeta, snapshotFile.bytes, 'snapshot');
  const snapshot = readMetadata('snapshot', snapshotFile.bytes);
  refuseStranger(roots, 'snapshot', snapshot);
  const targetsMeta = snapshot.signed.meta['targets.json'];
  const targetsFile = await readFile(storage, keyOfRole('targets', targetsMeta?.version ?? 0), signal);
  refuseOtherFile(targetsMeta, targetsFile.bytes, 'targets');
  const targets = readMetadata('targets', targetsFile.bytes);
  refuseStranger(roots, 'targets', targets);
  return { roots, timestamp: { version: timestamp.signed.version, expires: new Date(timestamp.signed.expires), snapshotMeta, stored }, snapshot, targets };
}

/** The targets of a bin, checked. Throws TRUST_REFUSED. */
export async function readBin(storage: Storage, { snapshot, targets }: PublishedState, bin: string, signal: AbortSignal): Promise<Map<string, TargetDigest>> {
  const meta = snapshot.signed.meta[`${bin}.json`];
  const { bytes } = await readFile(storage, keyOfRole(bin, meta?.version ?? 0), signal);
  refuseOtherFile(meta, bytes, bin);
  return readBinFile(bytes, bin, targets);
}

/** Follows the numbered roots from `root.json`, which a killed process may have left behind. Throws TRUST_REFUSED. */
export async function readRoots(storage: Storage, signal: AbortSignal): Promise<RootChain> {
  let current = readMetadata('root', (await readFile(storage, keyOfRole('root'), signal)).bytes);
  refuseUnsigned(current, 'root', current);
  let previous = await rootBefore(storage, current, signal);
  for (;;) {
    const next = await storage.read(keyOfRole('root', current.signed.version + 1), signal);
    if (!next) return previous ? { current, previous } : { current };
    const metadata = readMetadata('root', next.bytes);
    refuseBrokenChain(current, metadata);
    previous = current;
    current = metadata;
  }
}

async function rootBefore(storage: Storage, root: Metadata<Root>, signal: AbortSignal): Promise<Metadata<Root> | undefined> {
  if (root.signed.version === 1) return undefined;
  const before = readMetadata('root', (await readFile(storage, keyOfRole('root', root.signed.version - 1), signal)).bytes);
  refuseUnsigned(before, 'root', before);
  refuseBrokenChain(before, root);
  return before;
}

/** Throws TRUST_REFUSED unless the root follows the one before it, signed by enough keys of both. */
export function refuseBrokenChain(before: Metadata<Root>, after: Metadata<Root>): void {
  if (after.signed.version !== before.signed.version + 1) throw refusal('root', `version ${after.signed.version} does not follow ${before.signed.version}`);
  refuseUnsigned(before, 'root', after);
  refuseUnsigned(after, 'root', after);
}

function refuseStranger({ current, previous }: RootChain, role: string, metadata: Parameters<typeof refuseUnsigned>[2]): void {
  try {
    refuseUnsigned(current, role, metadata);
  } catch (thrown) {
    if (!previous) throw thrown;
    refuseUnsigned(previous, role, metadata);
  }
}

/** Throws TRUST_REFUSED unless the root names this key for the role: nothing is signed that no client would accept. */
export function refuseForeignKey({ signed }: Metadata<Root>, role: string, key: SigningKey): void {
  if (!signed.roles[role]?.keyIDs.includes(key.public.id)) throw refusal(role, `key ${key.public.id} is not the one that the root names`);
}
