import { readlink, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { unless } from './failure.ts';

/** The path that a model folder has or will have, links followed, also one whose folder was moved aside. */
export async function targetOf(dir: string): Promise<string> {
  const real = await unless(realpath(dir), ['ENOENT', 'ENOTDIR'], undefined);
  if (real !== undefined) return real;
  const link = await unless(readlink(dir), ['ENOENT', 'ENOTDIR', 'EINVAL'], undefined);
  return link === undefined ? resolve(dir) : resolve(dirname(dir), link);
}
