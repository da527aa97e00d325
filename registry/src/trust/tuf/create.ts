import type { Clock } from '@byoml/core';
import { absent, type Storage } from '../../storage/storage.ts';
import type { SigningKey } from '../keys.ts';
import { refusal } from '../refusal.ts';
import { keyOfRole, readFile } from './files.ts';
import { readMetadata, refuseUnsigned, rootMetadata, signedFile } from './metadata.ts';
import { defaultLifetimes, onlineRoles, type Lifetimes, type OnlineKeys } from './roles.ts';
import { readRoot, refuseForeignKey } from './state.ts';
import { writeWholeEdition } from './whole-edition.ts';

/** How a registry's trust begins. */
export interface TrustRootOptions {
  readonly storage: Storage;
  /** The offline keys and how many of them must sign a root; one of one unless `threshold` says otherwise. */
  readonly root: { readonly keys: readonly SigningKey[]; readonly threshold?: number };
  readonly keys: OnlineKeys;
  readonly clock: Clock;
  readonly lifetimes?: Partial<Lifetimes>;
}

/**
 * Writes the first metadata, or finishes what a killed process began with the same keys, and answers the bytes of the newest `root.json`: what clients are given to trust.
 * Throws TRUST_REFUSED when the storage has a root of other keys, or fewer keys than the threshold were given.
 */
export async function createTrustRoot(options: TrustRootOptions, signal: AbortSignal): Promise<Uint8Array> {
  const { storage, keys, clock } = options;
  const lifetimes = { ...defaultLifetimes, ...options.lifetimes };
  const first = firstRoot(options, new Date(clock.now().getTime() + lifetimes.root));
  await storage.write(keyOfRole('root', 1), first, { expected: absent, signal });
  const taken = (await readFile(storage, keyOfRole('root', 1), signal)).bytes;
  await storage.write(keyOfRole('root'), taken, { expected: absent, signal });
  const current = await readRoot(storage, signal);
  for (const role of onlineRoles) refuseForeignKey(current, role, keys[role].public);
  if (!(await storage.read(keyOfRole('timestamp'), signal))) await writeWholeEdition({ storage, keys, clock, lifetimes }, () => new Map(), signal);
  return (await readFile(storage, keyOfRole('root', current.signed.version), signal)).bytes;
}

function firstRoot({ root: { keys, threshold = 1 }, keys: online }: TrustRootOptions, expires: Date): Uint8Array {
  if (!Number.isSafeInteger(threshold) || threshold < 1 || new Set(keys.map((key) => key.public.id)).size < threshold) throw refusal('root', `${keys.length} keys cannot reach a threshold of ${threshold}`);
  const roles = { root: { keys: keys.map((key) => key.public), threshold }, timestamp: online.timestamp.public, snapshot: online.snapshot.public, targets: online.targets.public };
  const bytes = signedFile(rootMetadata(roles, { version: 1, expires }), keys);
  const metadata = readMetadata('root', bytes);
  refuseUnsigned(metadata, 'root', metadata);
  return bytes;
}
