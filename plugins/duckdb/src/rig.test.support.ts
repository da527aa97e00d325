import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isByomlError, z, type Columns, type Engine, type FileFormat, type Relation, type ScanFile, type Scan } from '@byoml/core';
import { aRun, inFolder, readRows } from '@byoml/core/testkit';
import { duckdb } from './engine.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Gives `use` a new folder and an engine that spills into it. */
export const withEngine = <T>(use: (engine: Engine, folder: string) => Promise<T>, settings: object = {}): Promise<T> =>
  inFolder(async (folder) => {
    await using engine = await duckdb.create(z.parse(duckdb.settings, { tempDirectory: join(folder, 'temp'), ...settings }), {});
    return await use(engine, folder);
  });

export async function fileOf(path: string, over: Partial<ScanFile> = {}): Promise<ScanFile> {
  return { url: pathToFileURL(path).href, bytes: (await stat(path)).size, version: '1', ...over };
}

const formatOf = (name: string): FileFormat => (name.includes('.csv') ? 'csv' : name.includes('.parquet') ? 'parquet' : 'jsonl');

/** Files of one format, by name and content, as a scan. */
export async function scanOf(folder: string, files: Readonly<Record<string, string | Uint8Array>>, unique?: string): Promise<Scan> {
  const listed: ScanFile[] = [];
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content);
    listed.push(await fileOf(join(folder, name)));
  }
  const [first = ''] = Object.keys(files);
  return { kind: 'files', format: formatOf(first), files: listed, name: `files/table (${first})`, ...(unique === undefined ? {} : { unique }) };
}

export const rowsOf = async (relation: Relation, columns: Columns): Promise<Row[]> => readRows((await relation.project(columns, aRun())).batches(aRun()));

/** `CODE: message` of what a promise throws. */
export const thrown = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => 'nothing', (error: unknown) => (isByomlError(error) ? `${error.code}: ${error.message}` : String(error)));
