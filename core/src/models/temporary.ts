import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf, unless } from './failure.ts';

/** Sibling folders of a target while it is replaced: the new one being built, the old one moved aside. */
export type TemporaryRole = 'new' | 'old';

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const dayMs = 86_400_000;
const prefixOf = (target: string, role: TemporaryRole): string => `.${basename(target)}.${role}-`;

/** A fresh name beside `target`, on the same disk; says who made it, so that a later run can tell whether it was left behind. */
export const temporaryPath = (target: string, role: TemporaryRole): string => join(dirname(target), `${prefixOf(target, role)}${host}-${process.pid}-${randomBytes(6).toString('hex')}`);

/** Temporaries of `target` in this role, in order of name. */
export async function temporaries(target: string, role: TemporaryRole): Promise<string[]> {
  const prefix = prefixOf(target, role);
  const names = await unless(readdir(dirname(target)), ['ENOENT', 'ENOTDIR', 'EACCES'], []);
  return names.filter((name) => name.startsWith(prefix) && /^[0-9a-f]{8}-\d+-[0-9a-f]{12}$/.test(name.slice(prefix.length))).sort().map((name) => join(dirname(target), name));
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
}

/** Whether the process that made a temporary is gone. One on another host counts as gone after a day. */
export async function isStale(path: string): Promise<boolean> {
  const [madeOn, pid] = path.split('-').slice(-3, -1);
  const stat = await unless(lstat(path), ['ENOENT'], undefined);
  if (!stat) return false;
  if (madeOn !== host) return Date.now() - stat.mtimeMs > dayMs;
  if (Number(pid) === process.pid) return stat.mtimeMs < Date.now() - process.uptime() * 1000 - 5000;
  return !alive(Number(pid)) || Date.now() - stat.mtimeMs > dayMs;
}

/** Removes what runs that were killed left beside `target`. */
export async function removeStale(target: string): Promise<void> {
  for (const path of [...(await temporaries(target, 'new')), ...(await temporaries(target, 'old'))]) if (await isStale(path)) await rm(path, { recursive: true, force: true });
}
