import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { folderStorage } from '../storage/folder.ts';
import type { Storage } from '../storage/storage.ts';
import type { Advisory } from '../trust/advisories.ts';
import { readKeyFile, writeKeyFile } from '../trust/key-file.ts';
import { generateKey, type SigningKey } from '../trust/keys.ts';
import { publicKeys } from '../trust/tuf/roles.ts';
import { rotateRoot, type NextRoot } from '../trust/tuf/rotate.ts';
import { readRoot } from '../trust/tuf/state.ts';
import { keyRoles, type KeyRole } from './keys.ts';
import { countingAdvisory, listAdvisories } from './list-advisories.ts';
import { prepareNextKeys } from './next-keys.ts';
import type { Administered } from './administered.ts';
import { openAdministered } from './open-administered.ts';
import { refuseMissing } from './places.ts';
import { signedAdvisory } from './publish-advisory.ts';

/** A root ceremony. */
export interface Rotation {
  readonly root: string;
  /** Files of root keys that sign: enough of the old root; `keys/root.pem` when absent. */
  readonly signWith?: readonly string[] | undefined;
  /** Files of all the root keys from now on; one that does not exist is made. Those of the old root when absent. */
  readonly rootKeys?: readonly string[] | undefined;
  /** How many root keys have to sign from now on; what it was when absent. */
  readonly threshold?: number | undefined;
  /** Whether the registry gets new online keys. */
  readonly online?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

export interface Rotated {
  readonly roles: readonly KeyRole[];
  /** Key files that were made. */
  readonly made: readonly string[];
  /** Ids of the advisories that were signed anew with the new key. */
  readonly advisories: readonly string[];
}

/**
 * Signs the next root, and with new online keys everything below it, with the advisories that count. A server that runs has to be started again after new
 * online keys. Can be run again when it was interrupted. Throws TRUST_REFUSED when too few root keys sign, FILE_MISSING, WRITE_FAILED.
 */
export async function rotateKeys({ root, signWith, rootKeys, threshold, online = false, now = Date.now }: Rotation, signal: AbortSignal): Promise<Rotated> {
  const places = await refuseMissing(root);
  await using storage = await folderStorage(places.data);
  const clock = { now: () => new Date(now()) };
  const counting = await countingNow(root, now, signal);
  const made: string[] = [];
  const signers = await Promise.all((signWith ?? [join(places.keys, 'root.pem')]).map(readKeyFile));
  const offline = rootKeys && (await openOrMake(rootKeys, made));
  const nextKeys = online ? await prepareNextKeys(places.keys) : undefined;
  const rootRole = await nextRootRole(storage, { offline, threshold }, signal);
  const next: NextRoot = { ...(rootRole && { root: rootRole }), ...(nextKeys && publicKeys(nextKeys)) };
  await rotateRoot({ storage, next, signers: [...signers, ...(offline ?? [])], clock }, signal);
  if (nextKeys) await finishRotation(root, { now, counting }, signal);
  return { roles: await keyRoles(storage, signal), made, advisories: nextKeys ? counting.map(({ id }) => id) : [] };
}

/** Opening the registry signs everything below the root anew; so are the advisories that the new key does not vouch for yet. */
async function finishRotation(root: string, { now, counting }: { readonly now: () => number; readonly counting: readonly Advisory[] }, signal: AbortSignal): Promise<void> {
  await using administered = await openAdministered(root, { now }, signal);
  const still = new Set((await counted(administered, signal)).map(({ id }) => id));
  for (const advisory of counting) if (!still.has(advisory.id)) await signedAdvisory(administered, advisory);
}

/** The advisories that count. Opening the registry ends a rotation that died, so that metadata is one root behind at most. */
async function countingNow(root: string, now: () => number, signal: AbortSignal): Promise<readonly Advisory[]> {
  await using administered = await openAdministered(root, { now }, signal);
  return await counted(administered, signal);
}

async function counted({ registry: { storage, packages: { history }, now } }: Administered, signal: AbortSignal): Promise<readonly Advisory[]> {
  return (await listAdvisories({ storage, history, now: new Date(now()) }, signal)).flatMap((listed) => countingAdvisory(listed) ?? []);
}

async function nextRootRole(storage: Storage, { offline, threshold }: { readonly offline: readonly SigningKey[] | undefined; readonly threshold: number | undefined }, signal: AbortSignal): Promise<NextRoot['root']> {
  if (!offline && threshold === undefined) return undefined;
  const before = await rootRoleNow(storage, signal);
  const keys = offline?.map((key) => key.public) ?? before.keys;
  const needed = threshold ?? before.threshold;
  if (!Number.isSafeInteger(needed) || needed < 1 || needed > keys.length) throw new ByomlError('USAGE_INVALID', `--threshold ${needed}: there ${keys.length === 1 ? 'is one root key' : `are ${keys.length} root keys`}`, { details: { threshold: needed, keys: keys.length } });
  return { keys, threshold: needed };
}

async function rootRoleNow(storage: Storage, signal: AbortSignal): Promise<NonNullable<NextRoot['root']>> {
  const { signed } = await readRoot(storage, signal);
  const { keyIDs = [], threshold = 1 } = signed.roles['root'] ?? {};
  return { keys: keyIDs.map((id) => ({ id, hex: signed.keys[id]?.keyVal['public'] ?? '' })), threshold };
}

async function openOrMake(paths: readonly string[], made: string[]): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = [];
  for (const path of paths) {
    if (!(await access(path).then(() => true, () => false))) {
      await writeKeyFile(path, generateKey());
      made.push(path);
    }
    keys.push(await readKeyFile(path));
  }
  return keys;
}
