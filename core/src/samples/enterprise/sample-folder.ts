import { lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { ByomlError, isByomlError } from '../../contracts/errors.ts';
import { targetOf } from '../../models/target.ts';

/** The first line of a sample's README.md: how a folder that this command made is known again. */
export const readmeTitle = '# Generated enterprise: made up by a program, nothing in it is real';
export const entries = { export: 'export', people: 'people.csv', truth: 'truth.jsonl', readme: 'README.md' } as const;

const known = new Set<string>(Object.values(entries));

/**
 * Fills a new folder beside `folder` and puts it in its place when it is whole; stopped or failed, it leaves nothing behind.
 * Throws FOLDER_OCCUPIED where something else than an earlier sample is, WRITE_FAILED.
 */
export async function fillFolder<T>(folder: string, fill: (draft: string) => Promise<T>): Promise<T> {
  const target = await targetOf(folder);
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}.draft`);
  try {
    await requireFree(target);
    await mkdir(draft, { recursive: true });
    const filled = await fill(draft);
    await requireFree(target);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
    return filled;
  } catch (cause) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined); // the first failure is the one to tell
    if (isByomlError(cause) || !isFileError(cause)) throw cause;
    throw new ByomlError('WRITE_FAILED', `sample enterprise: ${folder}: ${cause.message}`, { cause });
  }
}

const isFileError = (thrown: unknown): thrown is NodeJS.ErrnoException => thrown instanceof Error && 'syscall' in thrown;

async function requireFree(target: string): Promise<void> {
  const occupied = (what: string): ByomlError => new ByomlError('FOLDER_OCCUPIED', `${target} ${what}`, { details: { folder: target } });
  const found = await lstat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return;
  if (!found.isDirectory()) throw occupied('is not a folder');
  const names = await readdir(target);
  const other = names.find((name) => !known.has(name));
  if (other !== undefined) throw occupied(`holds ${other}, which is not part of a generated enterprise`);
  if (names.length > 0 && !(await isSample(target))) throw occupied('holds files that are not those of a generated enterprise');
}

const isSample = async (target: string): Promise<boolean> => (await readFile(join(target, entries.readme), 'utf8').catch(() => '')).startsWith(readmeTitle);
