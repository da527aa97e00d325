import type { Metadata, Root } from '@tufjs/models';
import type { Storage } from '../storage/storage.ts';
import { publicKey, type PublicKey } from '../trust/keys.ts';
import { readBinFile } from '../trust/tuf/bin.ts';
import { keyOfRole, readFile } from '../trust/tuf/files.ts';
import { readMetadata, refuseOtherFile, refuseUnsigned } from '../trust/tuf/metadata.ts';
import { bins } from '../trust/tuf/roles.ts';
import { followRoots } from '../trust/tuf/state.ts';
import type { TargetDigest } from '../trust/tuf/target.ts';

const roles = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export type Role = (typeof roles)[number];

/** What is known of a role: from its metadata and from the root. */
interface RoleState {
  readonly version: number;
  readonly expires: Date;
  /** Ids of its keys. */
  readonly keys: readonly string[];
  /** How many of them have to sign. */
  readonly threshold: number;
}

/** All that a registry has signed, as of one moment, every signature checked. */
export interface SignedEdition {
  readonly roles: Readonly<Record<Role, RoleState>>;
  /** Path → what is there. */
  readonly targets: ReadonlyMap<string, TargetDigest>;
  /** Keys of the metadata files that a client reads, with the roots before the newest. */
  readonly files: readonly string[];
  /** Keys whose signatures count as the registry's: of root and targets. */
  readonly signers: readonly PublicKey[];
}

interface Reading {
  /** A root that came another way; without it the first one of the storage. */
  readonly trustedRoot?: Uint8Array | undefined;
  readonly signal: AbortSignal;
}

/**
 * Follows the roots one by one and then all that the newest one vouches for. Unlike a client's, it takes expired metadata too: a bundle is older than
 * a day, and the caller tells so. Throws TRUST_REFUSED naming the role.
 */
export async function readSignedEdition(storage: Storage, { trustedRoot, signal }: Reading): Promise<SignedEdition> {
  const root = await followRoots(storage, trustedRoot ?? (await readFile(storage, keyOfRole('root', 1), signal)).bytes, signal);
  const timestamp = readMetadata('timestamp', (await readFile(storage, keyOfRole('timestamp'), signal)).bytes);
  refuseUnsigned(root, 'timestamp', timestamp);
  const { snapshotMeta } = timestamp.signed;
  const snapshotBytes = (await readFile(storage, keyOfRole('snapshot', snapshotMeta.version), signal)).bytes;
  refuseOtherFile(snapshotMeta, snapshotBytes, 'snapshot');
  const snapshot = readMetadata('snapshot', snapshotBytes);
  refuseUnsigned(root, 'snapshot', snapshot);
  const { meta } = snapshot.signed;
  const versionOf = (role: string): number => meta[`${role}.json`]?.version ?? 0;
  const targetsBytes = (await readFile(storage, keyOfRole('targets', versionOf('targets')), signal)).bytes;
  refuseOtherFile(meta['targets.json'], targetsBytes, 'targets');
  const targets = readMetadata('targets', targetsBytes);
  refuseUnsigned(root, 'targets', targets);
  const all = new Map<string, TargetDigest>();
  for (const bin of bins.keys()) {
    const { bytes } = await readFile(storage, keyOfRole(bin, versionOf(bin)), signal);
    refuseOtherFile(meta[`${bin}.json`], bytes, bin);
    for (const [path, digest] of readBinFile(bytes, bin, targets)) all.set(path, digest);
  }
  const stateOf = (role: Role, { version, expires }: { readonly version: number; readonly expires: string }): RoleState => ({ version, expires: new Date(expires), keys: root.signed.roles[role]?.keyIDs ?? [], threshold: root.signed.roles[role]?.threshold ?? 1 });
  return {
    roles: { root: stateOf('root', root.signed), timestamp: stateOf('timestamp', timestamp.signed), snapshot: stateOf('snapshot', snapshot.signed), targets: stateOf('targets', targets.signed) },
    targets: all,
    files: [
      keyOfRole('root'), ...Array.from({ length: root.signed.version }, (_, before) => keyOfRole('root', before + 1)),
      keyOfRole('timestamp'), keyOfRole('snapshot', snapshotMeta.version), ...['targets', ...bins.keys()].map((role) => keyOfRole(role, versionOf(role))),
    ],
    signers: keysOf(root, ['root', 'targets']),
  };
}

/** Roles whose metadata is out of date: clients refuse it until it is signed anew. */
export const expiredRoles = (edition: SignedEdition, now: Date): readonly Role[] => roles.filter((role) => edition.roles[role].expires <= now);

const keysOf = ({ signed }: Metadata<Root>, of: readonly Role[]): readonly PublicKey[] => of.flatMap((role) => signed.roles[role]?.keyIDs ?? []).flatMap((id) => {
  const hex = signed.keys[id]?.keyVal['public'];
  return hex === undefined ? [] : [publicKey(hex)];
});
