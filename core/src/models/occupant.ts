import { lstat, opendir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';
import { unless } from './failure.ts';
import { digestName, manifestName, signatureName } from './file-name.ts';
import { limits } from './limits.ts';
import { undisturbed } from './undisturbed.ts';

const anyManifest = z.looseObject({ format: z.int(), files: z.record(z.string(), z.unknown()) });

/** What a target holds. A model may be damaged or of another format: it is still one that may be replaced. */
export type Occupant = 'nothing' | 'empty' | 'model';

const occupied = (target: string, what: string): ByomlError => new ByomlError('FOLDER_OCCUPIED', `${target} ${what}`, { details: { folder: target } });

/** Says what `target` holds; throws FOLDER_OCCUPIED for anything that writing a model would destroy. */
export const occupant = (target: string): Promise<Occupant> => undisturbed<Occupant>(target, () => inspect(target), () => Promise.resolve('nothing'));

async function inspect(target: string): Promise<Occupant> {
  if (!(await lstat(target)).isDirectory()) throw occupied(target, 'is not a folder');
  if (await isEmpty(target)) return 'empty';
  const listed = await filesOf(target);
  if (!listed) throw occupied(target, 'holds something that is not a model');
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    const name = join(entry.parentPath, entry.name).slice(target.length + 1).replaceAll('\\', '/');
    if (!entry.isDirectory() && !listed.has(name)) throw occupied(target, `holds ${name}, which is not part of its model`);
  }
  return 'model';
}

async function isEmpty(target: string): Promise<boolean> {
  await using folder = await opendir(target);
  return (await folder.read()) === null;
}

async function filesOf(target: string): Promise<Set<string> | undefined> {
  const path = join(target, manifestName);
  const stat = await unless(lstat(path), ['ENOENT'], undefined);
  if (!stat?.isFile() || stat.size > limits.manifestBytes) return undefined;
  try {
    const { files } = anyManifest.parse(JSON.parse(await readFile(path, 'utf8')));
    return new Set([...Object.keys(files), manifestName, digestName, signatureName]);
  } catch {
    return undefined;
  }
}
