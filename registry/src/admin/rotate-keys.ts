import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError, isByomlError, type Clock } from '@byoml/core';
import { folderStorage } from '../storage/folder.ts';
import type { Storage } from '../storage/storage.ts';
import { readKeyFile, writeKeyFile } from '../trust/key-file.ts';
import { generateKey, type SigningKey } from '../trust/keys.ts';
import type { OnlineKeys } from '../trust/tuf/roles.ts';
import { rotateRoot, type NextRoot } from '../trust/tuf/rotate.ts';
import { readRoots } from '../trust/tuf/state.ts';
import { tufRepository } from '../trust/tuf/repository.ts';
import { keyRoles, type KeyRole } from './keys.ts';
import { countingAdvisory, listAdvisories } from './list-advisories.ts';
import { finishRotation, prepareNextKeys, readOnlineKeys } from './next-keys.ts';
import { openAdministered } from './open-administered.ts';
import { refuseMissing } from './places.ts';
import { signedAdvisory } from './publish-advisory.ts';
import { readSignedEdition } from './signed-edition.ts';

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
  await finishRotation(places.keys, storage, signal);
  await resignIfStale(storage, { keys: await readOnlineKeys(places.keys), clock }, signal);
  const made: string[] = [];
  const signers = await Promise.all((signWith ?? [join(places.keys, 'root.pem')]).map(readKeyFile));
  const offline = rootKeys && (await openOrMake(rootKeys, made));
  const counting = (await openedAdvisories(root, now, signal)).flatMap((listed) => countingAdvisory(listed) ?? []);
  const nextKeys = online ? await prepareNextKeys(places.keys) : undefined;
  const rootRole = await nextRootRole(storage, { offline, threshold }, signal);
  const next: NextRoot = { ...(rootRole && { root: rootRole }), ...(nextKeys && { timestamp: nextKeys.timestamp.public, snapshot: nextKeys.snapshot.public, targets: nextKeys.targets.public }) };
  await rotateRoot({ storage, next, signers: [...signers, ...(offline ?? [])], clock }, signal);
  if (nextKeys) {
    await finishRotation(places.keys, storage, signal);
    await tufRepository({ storage, keys: nextKeys, clock }).resign(signal);
    await using administered = await openAdministered(root, { now }, signal);
    for (const advisory of counting) await signedAdvisory(administered, advisory);
  }
  return { roles: await keyRoles(storage, signal), made, advisories: nextKeys ? counting.map(({ id }) => id) : [] };
}

/** A rotation that died before everything was signed anew is ended first: metadata may be one root behind, not two. */
async function resignIfStale(storage: Storage, { keys, clock }: { readonly keys: OnlineKeys; readonly clock: Clock }, signal: AbortSignal): Promise<void> {
  try {
    await readSignedEdition(storage, { signal });
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'TRUST_REFUSED') throw thrown;
    await tufRepository({ storage, keys, clock }).resign(signal);
  }
}

async function openedAdvisories(root: string, now: () => number, signal: AbortSignal) {
  await using administered = await openAdministered(root, { now }, signal);
  const { storage, packages: { history } } = administered.registry;
  return await listAdvisories({ storage, history, now: new Date(now()) }, signal);
}

async function nextRootRole(storage: Storage, { offline, threshold }: { readonly offline: readonly SigningKey[] | undefined; readonly threshold: number | undefined }, signal: AbortSignal): Promise<NextRoot['root']> {
  if (!offline && threshold === undefined) return undefined;
  const { signed } = (await readRoots(storage, signal)).current;
  const before = (signed.roles['root']?.keyIDs ?? []).map((id) => ({ id, hex: signed.keys[id]?.keyVal['public'] ?? '' }));
  const keys = offline?.map((key) => key.public) ?? before;
  const needed = threshold ?? signed.roles['root']?.threshold ?? 1;
  if (!Number.isSafeInteger(needed) || needed < 1 || needed > keys.length) throw new ByomlError('USAGE_INVALID', `--threshold ${needed}: there ${keys.length === 1 ? 'is one root key' : `are ${keys.length} root keys`}`, { details: { threshold: needed, keys: keys.length } });
  return { keys, threshold: needed };
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
