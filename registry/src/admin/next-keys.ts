import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../storage/storage.ts';
import { readKeyFile, writeKeyFile } from '../trust/key-file.ts';
import { generateKey, type SigningKey } from '../trust/keys.ts';
import type { OnlineKeys } from '../trust/tuf/roles.ts';
import { readRoots } from '../trust/tuf/state.ts';

const onlineRoles = ['timestamp', 'snapshot', 'targets'] as const;
type OnlineRole = (typeof onlineRoles)[number];

const nextFile = (folder: string, role: OnlineRole): string => join(folder, `${role}.next.pem`);
const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

/** The keys that a running registry signs with. Throws FILE_MISSING and TRUST_REFUSED. */
export async function readOnlineKeys(folder: string): Promise<OnlineKeys> {
  const [timestamp, snapshot, targets] = await Promise.all([readKeyFile(join(folder, 'timestamp.pem')), readKeyFile(join(folder, 'snapshot.pem')), readKeyFile(join(folder, 'targets.pem'))]);
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

/** Puts waiting keys in the place of those that the newest root names no longer. Safe to run again after a process died in the middle. */
export async function finishRotation(folder: string, storage: Storage, signal: AbortSignal): Promise<void> {
  for (const role of onlineRoles) {
    const path = nextFile(folder, role);
    if (!(await exists(path))) continue;
    const { current } = await readRoots(storage, signal);
    if (current.signed.roles[role]?.keyIDs.includes((await readKeyFile(path)).public.id)) await rename(path, join(folder, `${role}.pem`));
  }
}
