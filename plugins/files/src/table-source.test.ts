import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isByomlError, z, type Scan } from '@byoml/core';
import { aRun, dataSourceChecks, inFolder, memoryEngine } from '@byoml/core/testkit';
import { afterAll, expect, test } from 'vitest';
import { tableSource } from './table-source.ts';

const window = { from: new Date(0), to: new Date(1) };
const scan = (settings: object): Promise<Scan & { kind: 'files' }> => tableSource.create(z.parse(tableSource.settings, settings), {}).scan(window, aRun()) as Promise<Scan & { kind: 'files' }>;

const scanned = (name: string, content: string | Uint8Array, settings: object = {}): Promise<Scan & { kind: 'files' }> =>
  inFolder(async (folder) => {
    await writeFile(join(folder, name), content);
    return scan({ path: join(folder, name), ...settings });
  });

const failure = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'nothing', (error: unknown) => (isByomlError(error) ? error.code : String(error)));

test.each([
  ['t.csv', 'csv'], ['T.CSV', 'csv'], ['t.csv.gz', 'csv'], ['t.jsonl', 'jsonl'], ['t.jsonl.gz', 'jsonl'],
])('%s is %s', async (name, format) => {
  const { files, ...rest } = await scanned(name, name.endsWith('.gz') ? gzipSync('{}') : '{}');
  expect(rest).toEqual({ kind: 'files', format, name: `files/table (${name})` });
  expect(files).toHaveLength(1);
});

test('the setting wins over the name', async () => {
  expect((await scanned('t.json', '{}', { format: 'jsonl' })).format).toBe('jsonl');
});

test('a byte-order mark is skipped', async () => {
  expect((await scanned('t.jsonl', '\ufeff{}\n')).files).toMatchObject([{ offset: 3, bytes: 3 }]);
});

test('the version changes with the content', async () => {
  const versions = [(await scanned('t.csv', 'a')).files[0]?.version, (await scanned('t.csv', 'ab')).files[0]?.version];
  expect(versions[0]).not.toBe(versions[1]);
});

test.each<[string, string, string | Uint8Array, string]>([
  ['a name that tells no format', 't.txt', 'a', 'FORMAT_UNKNOWN'],
  ['UTF-16 with a mark', 't.csv', Buffer.from('\ufeffuser,resource\n', 'utf16le'), 'ENCODING_INVALID'],
  ['UTF-16 without a mark', 't.csv', Buffer.from('user,resource\n', 'utf16le'), 'ENCODING_INVALID'],
  ['big-endian UTF-16', 't.jsonl', Buffer.from('\ufeff{}', 'utf16le').swap16(), 'ENCODING_INVALID'],
  ['compressed UTF-16', 't.csv.gz', gzipSync(Buffer.from('\ufeffuser\n', 'utf16le')), 'ENCODING_INVALID'],
  ['a NUL byte', 't.csv', 'user\nann\0\n', 'ENCODING_INVALID'],
  ['plain text named .gz', 't.csv.gz', 'user\n', 'FILE_CORRUPT'],
  ['text named .parquet', 't.parquet', 'user\n', 'FILE_CORRUPT'],
  ['an empty file named .parquet', 't.parquet', '', 'FILE_CORRUPT'],
])('%s is refused before anything is read', async (_name, name, content, code) => {
  expect(await failure(scanned(name, content))).toBe(code);
});

test('what is missing, a folder, or of two formats is refused', async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'd.csv'));
    await writeFile(join(folder, 'a.csv'), 'a\n');
    await writeFile(join(folder, 'b.jsonl'), '{}\n');
    expect(await failure(scan({ path: join(folder, 'none.csv') }))).toBe('FILE_MISSING');
    expect(await failure(scan({ path: join(folder, 'd.csv') }))).toBe('FILE_MISSING');
    expect(await failure(scan({ path: [join(folder, 'a.csv'), join(folder, 'b.jsonl')] }))).toBe('FORMAT_UNKNOWN');
    expect((await scan({ path: [join(folder, 'a.csv'), join(folder, 'a.csv')] })).name).toBe('files/table (a.csv and 1 more)');
  });
});

const kit = await mkdtemp(join(tmpdir(), 'byoml-table-'));
await writeFile(join(kit, 't.jsonl'), '{"a":1}\n{"a":2}\n');
afterAll(() => rm(kit, { recursive: true }));

const fixture = { settings: { path: join(kit, 't.jsonl') }, missing: { path: 'none.csv' }, rows: 2, engine: async () => memoryEngine() };
for (const { name, run } of dataSourceChecks(tableSource, fixture)) test(name, run);
