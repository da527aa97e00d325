import { stat, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { FileFormat, Scan, ScanFile } from '../contracts/data-source.ts';

/** The file as a source would list it, whole. */
export async function scanFile(path: string): Promise<ScanFile> {
  const { size, mtimeMs } = await stat(path);
  return { url: pathToFileURL(path).href, bytes: size, version: `${size}-${mtimeMs}` };
}

export const filesScan = async (format: FileFormat, ...paths: readonly string[]): Promise<Scan> => ({ kind: 'files', format, name: 'the checked table', files: await Promise.all(paths.map(scanFile)) });

/** Records as JSON Lines in a new file, ready to be opened. */
export async function jsonLines(path: string, records: readonly object[]): Promise<Scan> {
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return filesScan('jsonl', path);
}
