import { access, link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../storage/storage.ts';
import { readKeyFile, writeKeyFile } from '../trust/key-file.ts';
import { generateKey, type SigningKey } from '../trust/keys.ts';
import { onlineRoles, type OnlineKeys, type OnlineRole, type PublicKeys } from '../trust/tuf/roles.ts';
import { readRoot } from '../trust/tuf/state.ts';

const presentFile = (folder: string, role: OnlineRole): string => join(folder, `${role}.pem`);
const nextFile = (folder: string, role: OnlineRole): string => join(folder, `${role}.next.pem`);
const previousFile = (folder: string, role: OnlineRole): string => join(folder, `${role}.previous.pem`);
const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

/** The keys that a running registry signs with. Throws FILE_MISSING and TRUST_REFUSED. */
export async function readOnlineKeys(folder: string): Promise<OnlineKeys> {
  const [timestamp, snapshot, targets] = await Promise.all([readKeyFile(presentFile(folder, 'timestamp')), readKeyFile(presentFile(folder, 'snapshot')), readKeyFile(presentFile(folder, 'targets'))]);
  return { timestamp, snapshot, targets };
}

/** Makes the online keys that the next root will name, or reads those that a process which died has made. They wait beside the present ones until the root is signed. */
export async function prepareNextKeys(folder: string): Promise<OnlineKeys> {
  const prepared = async (role: OnlineRole): Promise<SigningKey> => {
    const path = nextFile(folder, role);
    if (!(await exists(path))) await writeKeyFile(path, generateKey());
    return readKeyFile(path);
  };
  return { timestamp: await prepared('timestamp'), snapshot: await prepared('snapshot'), targets: await prepared('targets') };
}

/**
 * Puts waiting keys in the place of those that the newest root names no longer, which stay as `ROLE.previous.pem` until everything is signed anew.
 * Safe to run again after a process died in the middle: there always is a present key.
 */
export async function swapKeys(folder: string, storage: Storage, signal: AbortSignal): Promise<void> {
  for (const role of onlineRoles) {
    const path = nextFile(folder, role);
    if (!(await exists(path))) continue;
    const { signed } = await readRoot(storage, signal);
    if (!signed.roles[role]?.keyIDs.includes((await readKeyFile(path)).public.id)) continue;
    if (!(await exists(previousFile(folder, role)))) await link(presentFile(folder, role), previousFile(folder, role));
    await rename(path, presentFile(folder, role));
  }
}

/** Keys of before a rotation that is not finished; none when there is no such rotation. */
export async function readPreviousKeys(folder: string): Promise<PublicKeys> {
  const previous: { -readonly [role in OnlineRole]?: PublicKeys[role] } = {};
  for (const role of onlineRoles) if (await exists(previousFile(folder, role))) previous[role] = (await readKeyFile(previousFile(folder, role))).public;
  return previous;
}

/** Removes the keys of before a rotation: nothing counts any more that only they have signed. */
export async function forgetPreviousKeys(folder: string): Promise<void> {
  for (const role of onlineRoles) await rm(previousFile(folder, role), { force: true });
}

/** Whether keys lie in the folder that a rotation which died has left. */
export async function isRotating(folder: string): Promise<boolean> {
  for (const role of onlineRoles) if ((await exists(nextFile(folder, role))) || (await exists(previousFile(folder, role)))) return true;
  return false;
}
