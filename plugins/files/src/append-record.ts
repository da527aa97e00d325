import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByomlError, z } from '@byoml/core';

/** The bytes of a file that one run added. */
const stretch = z.strictObject({ run: z.string(), from: z.int().min(0), to: z.int().min(0) });
const record = z.strictObject({ open: stretch.nullable(), done: z.array(stretch) });

/** What runs added to a file; stands beside it. `open` is written before the file is touched and moves to `done` when all of it is there. */
export type AppendRecord = z.output<typeof record>;

/** A run is asked for again soon or never. */
const remembered = 1000;

const recordOf = (file: string): string => `${file}.byoml`;

/** Throws FILE_CORRUPT when what stands there is not a record. */
export async function readRecord(file: string): Promise<AppendRecord> {
  const path = recordOf(file);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { open: null, done: [] };
  try {
    return record.parse(JSON.parse(text));
  } catch (cause) {
    throw new ByomlError('FILE_CORRUPT', `${path} is not what byoml wrote there; remove it if ${file} is whole`, { details: { file: path }, cause });
  }
}

/** Replaces the record; it is on the disk when this returns. */
export async function writeRecord(file: string, { open: begun, done }: AppendRecord): Promise<void> {
  const path = recordOf(file);
  await writeFile(`${path}.new`, `${JSON.stringify({ open: begun, done: done.slice(-remembered) } satisfies AppendRecord)}\n`, { flush: true });
  await rename(`${path}.new`, path);
  if (process.platform === 'win32') return; // folders cannot be synced there
  await using folder = await open(dirname(path));
  await folder.sync();
}
