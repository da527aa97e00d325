import type { Clock } from '@byoml/core';
import type { Metadata, Root } from '@tufjs/models';
import { absent, type Storage } from '../../storage/storage.ts';
import type { PublicKey, SigningKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { keyOfRole, readFile } from './files.ts';
import { readMetadata, refuseUnsignedBy, rootMetadata, signedFile } from './metadata.ts';
import { defaultLifetimes } from './roles.ts';
import { readRoot, refuseBrokenChain } from './state.ts';

/** What the next root says. What is left out stays as it is. */
export interface NextRoot {
  readonly root?: { readonly keys: readonly PublicKey[]; readonly threshold: number };
  readonly timestamp?: PublicKey;
  readonly snapshot?: PublicKey;
  readonly targets?: PublicKey;
}

/** A root ceremony: no online key takes part. */
export interface RotationOptions {
  readonly storage: Storage;
  readonly next: NextRoot;
  /** Offline keys: enough of the old root and enough of the new one. */
  readonly signers: readonly SigningKey[];
  readonly clock: Clock;
  /** Milliseconds; a year without it. */
  readonly lifetime?: number;
}

/**
 * Writes the next root and answers its bytes; with an empty `next` it only renews the expiry date. Clients follow it by themselves.
 * Where an online key changed, `TufRepository.resign` with the new keys, and the old public ones, has to follow; until then clients refuse the registry.
 * Throws TRUST_REFUSED when the signers are too few for the old or the new threshold, none of them has signed the root that the storage has or one before it,
 * or another ceremony was faster.
 */
export async function rotateRoot({ storage, next, signers, clock, lifetime = defaultLifetimes.root }: RotationOptions, signal: AbortSignal): Promise<Uint8Array> {
  const current = await readRoot(storage, signal);
  await refuseForgedRoot(storage, current, signers, signal);
  const version = current.signed.version + 1;
  const root = rootMetadata({ ...rolesOf(current), ...next }, { version, expires: new Date(clock.now().getTime() + lifetime) });
  const named = new Set([...(current.signed.roles['root']?.keyIDs ?? []), ...(root.roles['root']?.keyIDs ?? [])]);
  const bytes = signedFile(root, signers.filter((key) => named.has(key.public.id)));
  refuseBrokenChain(current, readMetadata('root', bytes));
  if (!(await storage.write(keyOfRole('root', version), bytes, { expected: absent, signal }))) throw refusal('root', `version ${version} was written by somebody else meanwhile`);
  await pointTo(storage, bytes, version, signal);
  return bytes;
}

/**
 * What the next root takes over from the storage has to be what key holders signed before: a root that somebody wrote there, naming their own key beside the real ones,
 * would be made real by the ceremony. A root with the signature of one who signs now is real, and so is what follows from it.
 */
async function refuseForgedRoot(storage: Storage, current: Metadata<Root>, signers: readonly SigningKey[], signal: AbortSignal): Promise<void> {
  for (let root = current; !signers.some((key) => isSignedBy(root, key.public)); ) {
    const { version } = root.signed;
    if (version === 1) throw refusal('root', `none of the keys that sign has signed version ${current.signed.version} or one before it`);
    const before = readMetadata('root', (await readFile(storage, keyOfRole('root', version - 1), signal)).bytes);
    refuseBrokenChain(before, root);
    root = before;
  }
}

function isSignedBy(root: Metadata<Root>, key: PublicKey): boolean {
  try {
    refuseUnsignedBy(key, 'root', root);
    return true;
  } catch {
    return false;
  }
}

/** `root.json` is a copy of the newest; who finds it older follows the numbers. */
async function pointTo(storage: Storage, bytes: Uint8Array, version: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { bytes: held, version: expected } = await readFile(storage, keyOfRole('root'), signal);
    if (readMetadata('root', held).signed.version >= version || (await storage.write(keyOfRole('root'), bytes, { expected, signal }))) return;
  }
}

function rolesOf({ signed }: Metadata<Root>) {
  const keysOf = (role: string): PublicKey[] => (signed.roles[role]?.keyIDs ?? []).map((id) => ({ id, hex: signed.keys[id]?.keyVal['public'] ?? '' }));
  const only = (role: string): PublicKey => keysOf(role)[0] ?? { id: '', hex: '' };
  return { root: { keys: keysOf('root'), threshold: signed.roles['root']?.threshold ?? 1 }, timestamp: only('timestamp'), snapshot: only('snapshot'), targets: only('targets') };
}
