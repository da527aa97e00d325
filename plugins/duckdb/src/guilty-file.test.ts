import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { accessColumns, defineView, isByomlError, z, type Scan } from '@byoml/core';
import { aRun, readRows } from '@byoml/core/testkit';
import { afterAll, expect, test } from 'vitest';
import { rowsOf, scanOf, withEngine } from './rig.test.support.ts';

const scratch = mkdtempSync(join(tmpdir(), 'byoml-guilty-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const people = ['ann', 'bob', 'cid'];
const jsonl = (of: readonly string[] = people): string => of.map((user) => `${JSON.stringify({ user, resource: 'a', EventID: 5140 })}\n`).join('');
const csv = (of: readonly string[] = people): string => `user,resource\n${of.map((user) => `${user},a\n`).join('')}`;

async function parquet(): Promise<Buffer> {
  const path = join(scratch, 'good.parquet');
  await withEngine(async (engine, folder) => (await engine.open(await scanOf(folder, { 't.jsonl': jsonl() }), aRun())).write(path, 'parquet', aRun()));
  return readFileSync(path);
}

const view = defineView({
  id: 'accesses', summary: '', settings: z.strictObject({}), table: 'T', columns: { user: z.string().optional(), resource: z.string().optional(), EventID: z.string().optional() },
  where: [{ columns: ['EventID'], in: ['5140'] }], output: { user: z.string(), resource: z.string() },
  sql: () => 'SELECT "user", resource FROM source WHERE "user" IS NOT NULL',
});

/** `CODE path` of the file that the error of reading some files names, straight and through a view. */
async function blamed(files: Readonly<Record<string, string | Uint8Array>>, label?: string): Promise<readonly unknown[]> {
  return withEngine(async (engine, folder) => {
    const scan = await scanOf(folder, files) as Scan & { readonly kind: 'files' };
    const named = label === undefined ? scan : { ...scan, files: scan.files.map((file, i) => ({ ...file, label: `${label}/${i}` })) };
    const failed = async (reading: () => Promise<unknown>): Promise<unknown> => reading().then(() => 'nothing', (error: unknown) => (isByomlError(error) ? [error.code, String(error.details['file']).replace(`${folder}/`, ''), ...(label === undefined ? [] : [error.message.split(':')[0]])] : String(error)));
    return [
      await failed(async () => rowsOf(await engine.open(named, aRun()), accessColumns)),
      ...(scan.format === 'jsonl' ? [await failed(async () => readRows((await (await engine.open(named, aRun())).view(view, {}, aRun())).batches(aRun())))] : []),
    ];
  });
}

const many = (count: number, bad: number, content: string | Uint8Array, good: () => string | Uint8Array, ending: string): Record<string, string | Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${String(i).padStart(2, '0')}.${ending}`, i === bad ? content : good()]));

test.each([
  ['a torn line', `${jsonl()}{"user":\n${jsonl()}`, 'FILE_CORRUPT'],
  ['a line that is no object', `${jsonl()}[1]\n`, 'FILE_CORRUPT'],
  ['bytes that are not UTF-8', Buffer.from('{"user":"é","resource":"a","EventID":5140}\n', 'latin1'), 'ENCODING_INVALID'],
  ['a NUL byte', '{"user":"a\0b","resource":"a","EventID":5140}\n', 'ENCODING_INVALID'],
  ['a line that is too long', `{"user":"${'x'.repeat(5 << 20)}","resource":"a","EventID":5140}\n`, 'LINE_TOO_LONG'],
])('of several JSON Lines files the one with %s is named', async (_what, content, code) => {
  for (const [count, bad] of [[3, 1], [40, 27]] as const) {
    const name = `f${String(bad).padStart(2, '0')}.jsonl`;
    expect(await blamed(many(count, bad, content, jsonl, 'jsonl'))).toEqual([[code, name], [code, name]]);
  }
});

test.each([
  ['too few cells', `${csv()}bob\n`, 'FILE_CORRUPT'],
  ['bytes that are not UTF-8', Buffer.from('user,resource\né,a\n', 'latin1'), 'ENCODING_INVALID'],
  ['a line that is too long', `user,resource\n${'x'.repeat(5 << 20)},a\n`, 'LINE_TOO_LONG'],
])('of several CSV files the one with %s is named', async (_what, content, code) => {
  for (const [count, bad] of [[3, 1], [40, 27]] as const) expect(await blamed(many(count, bad, content, csv, 'csv'))).toEqual([[code, `f${String(bad).padStart(2, '0')}.csv`]]);
});

test('of several Parquet files the broken one is named, or none', async () => {
  const good = await parquet();
  const noise = Buffer.from(good);
  noise.fill(0xff, 4, good.length - 12 - good.readUInt32LE(good.length - 8));
  const footer = Buffer.from(good);
  footer.fill(0xff, good.length - 8 - good.readUInt32LE(good.length - 8), good.length - 8);
  for (const broken of [good.subarray(0, good.length / 2), Buffer.from('PAR1'), Buffer.alloc(0)]) {
    for (const bad of [0, 1, 2]) expect(await blamed(many(3, bad, broken, () => good, 'parquet')), `${broken.length} bytes`).toEqual([['FILE_CORRUPT', `f0${bad}.parquet`]]);
  }
  // Of these DuckDB does not say the name: none is better than a wrong one.
  for (const broken of [noise, footer]) expect(await blamed(many(3, 1, broken, () => good, 'parquet'))).toEqual([['FILE_CORRUPT', 'undefined']]);
});

test('of several compressed files the truncated one is named', async () => {
  for (const [ending, good] of [['jsonl.gz', jsonl], ['csv.gz', csv]] as const) {
    const packed = gzipSync(good());
    const found = await blamed(many(3, 1, packed.subarray(0, packed.length - 10), () => packed, ending));
    expect(new Set(found.map(String))).toEqual(new Set([`FILE_CORRUPT,f01.${ending}`]));
  }
});

test('a file is called what its source calls it', async () => {
  expect(await blamed(many(3, 1, `${jsonl()}{"user":\n`, jsonl, 'jsonl'), 'soc/am-securityevent')).toEqual([['FILE_CORRUPT', 'f01.jsonl', 'soc/am-securityevent/1'], ['FILE_CORRUPT', 'f01.jsonl', 'soc/am-securityevent/1']]);
  expect(await blamed(many(3, 1, `${csv()}bob\n`, csv, 'csv'), 'am-securityevent')).toEqual([['FILE_CORRUPT', 'f01.csv', 'am-securityevent/1']]);
  expect(await blamed(many(3, 1, 'no', () => parquetOnce, 'parquet'), 'blobs')).toEqual([['FILE_CORRUPT', 'f01.parquet', 'blobs/1']]);
});
const parquetOnce = await parquet();
