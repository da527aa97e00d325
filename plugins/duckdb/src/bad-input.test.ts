import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { accessColumns, batch, utcInstant, z } from '@byoml/core';
import { aRun, replay } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { fileOf, rowsOf, scanOf, thrown, withEngine } from './rig.test.support.ts';

const columns = { ...accessColumns, lastSeen: utcInstant().optional(), hosts: z.array(z.string()).optional(), kind: z.enum(['read', 'write']).optional() };
const csv = (...lines: string[]): Record<string, string> => ({ 't.csv': `${lines.join('\n')}\n` });
const jsonl = (...lines: string[]): Record<string, string> => ({ 't.jsonl': `${lines.join('\n')}\n` });
const good = '{"user":"ann","resource":"a"}';
const cell = (file: string, column: string, row: number): string => `CELL_INVALID: files/table (${file}): column "${column}" row ${row}: expected`;

const bad: ReadonlyArray<readonly [string, Readonly<Record<string, string | Uint8Array>>, string]> = [
  ['a torn JSON line', jsonl(good, '{"user":"bob"', good), 'FILE_CORRUPT: t.jsonl: line 2: is not JSON'],
  ['a JSON line that is no object', jsonl(good, '[1]'), 'FILE_CORRUPT: t.jsonl: line 2 is not a JSON object'],
  ['a JSON number for a line', jsonl('5'), 'FILE_CORRUPT: t.jsonl: line 1 is not a JSON object'],
  ['two records on a line', jsonl(good + good), 'FILE_CORRUPT: t.jsonl: line 1: is not JSON'],
  ['UTF-16', { 't.jsonl': Buffer.from(`\ufeff${good}\n`, 'utf16le') }, 'ENCODING_INVALID: t.jsonl: line 1 is UTF-16'],
  ['a NUL byte in JSON', jsonl(good, '{"user":"a\0b","resource":"a"}'), 'ENCODING_INVALID: t.jsonl: line 2 holds a NUL byte'],
  ['an escaped NUL in JSON', jsonl(good, String.raw`{"user":"a\u0000b","resource":"a"}`), 'ENCODING_INVALID: files/table (t.jsonl): column "user" row 2 holds a NUL character'],
  ['Latin-1 in JSON', { 't.jsonl': Buffer.from('{"user":"é","resource":"a"}\n', 'latin1') }, 'ENCODING_INVALID: t.jsonl: line 1 is not UTF-8'],
  ['Latin-1 in CSV', { 't.csv': Buffer.from('user,resource\nann,a\né,a\n', 'latin1') }, 'ENCODING_INVALID: t.csv: line 3 is not UTF-8'],
  ['a NUL byte in CSV', csv('user,resource', 'ann,a', 'b\0b,a'), 'ENCODING_INVALID: files/table (t.csv): column "user" row 2 holds a NUL character'],
  ['a line of 10 MB in JSON', jsonl(good, `{"user":"${'x'.repeat(10 << 20)}","resource":"a"}`, good), 'LINE_TOO_LONG: t.jsonl: line 2 is longer than 4 MiB'],
  ['a line of 10 MB in compressed JSON', { 't.jsonl.gz': gzipSync(`${good}\n{"user":"${'x'.repeat(10 << 20)}","resource":"a"}\n`) }, 'LINE_TOO_LONG: t.jsonl.gz: line 2 is longer than 4 MiB'],
  ['a line of 10 MB in CSV', csv('user,resource', 'ann,a', `${'x'.repeat(10 << 20)},a`), 'LINE_TOO_LONG: t.csv: line 3 is longer than 4 MiB'],
  ['a header of 10 MB', csv(`${'x'.repeat(10 << 20)},a`), 'LINE_TOO_LONG: t.csv: line 1 is longer than 4 MiB'],
  ['a row with too few cells', csv('user,resource', 'ann,a', 'bob', 'cid,c'), 'FILE_CORRUPT: t.csv: line 3: expected 2 cells, found 1'],
  ['a row with too many cells', csv('user,resource', 'ann,a,x'), 'FILE_CORRUPT: t.csv: line 2: expected 2 cells, found 3'],
  ['a quote that does not end', csv('user,resource', 'ann,a', '"bob,b'), 'FILE_CORRUPT: t.csv: line 3: a quoted cell does not end'],
  ['mixed line ends', { 't.csv': 'user,resource\nann,a\r\nbob,b\n' }, 'FILE_CORRUPT: t.csv: its quotes or line ends are mixed'],
  ['a column named twice', csv('user,resource,user', 'ann,a,b'), 'FILE_CORRUPT: t.csv: line 1 names the column "user" twice'],
  ['a truncated gzip file', { 't.csv.gz': gzipSync('user,resource\nann,a\n').subarray(0, 25) }, 'FILE_CORRUPT: t.csv.gz is not a whole gzip file'],
  ['plain text that is named .gz', { 't.jsonl.gz': `${good}\n` }, 'FILE_CORRUPT: t.jsonl.gz is not a whole gzip file'],
  ['text that is named .parquet', { 't.parquet': good }, 'FILE_CORRUPT: t.parquet: not a whole Parquet file'],
  ['an empty .parquet file', { 't.parquet': '' }, 'FILE_CORRUPT: t.parquet: not a whole Parquet file'],
  ['a missing column', csv('User,ressource', 'ann,a'), 'COLUMNS_MISSING: files/table (t.csv): no columns "user" (closest: "User"), "resource" (closest: "ressource"); it has "User", "ressource"'],
  ['a missing key', jsonl('{"user":"ann"}'), 'COLUMNS_MISSING: files/table (t.jsonl): no column "resource"'],
  ['text for a number', csv('user,resource,count', 'ann,a,1', 'ann,a,x'), `${cell('t.csv', 'count', 2)} number of at least 0, received "x"`],
  ['a negative count', jsonl(good, '{"user":"ann","resource":"a","count":-1}'), `${cell('t.jsonl', 'count', 2)} number of at least 0, received "-1"`],
  ['an infinite count', csv('user,resource,count', 'ann,a,inf'), `${cell('t.csv', 'count', 1)} number of at least 0, received "inf"`],
  ['a count that is not a number', csv('user,resource,count', 'ann,a,NaN'), `${cell('t.csv', 'count', 1)} number of at least 0, received "NaN"`],
  ['an object for a number', jsonl('{"user":"ann","resource":"a","count":{"n":1}}'), `${cell('t.jsonl', 'count', 1)} number of at least 0, received "{\\"n\\":1}"`],
  ['an empty cell in CSV', csv('user,resource', 'ann,a', 'bob,'), `${cell('t.csv', 'resource', 2)} text of at least 1 character, received nothing`],
  ['an empty text in JSON', jsonl(good, '{"user":"","resource":"a"}'), `${cell('t.jsonl', 'user', 2)} text of at least 1 character, received ""`],
  ['a null in JSON', jsonl(good, '{"user":null,"resource":"a"}'), `${cell('t.jsonl', 'user', 2)} text of at least 1 character, received nothing`],
  ['no day', csv('user,resource,day', 'ann,a,2026-02-30'), `${cell('t.csv', 'day', 1)} UTC day such as 2026-11-24, received "2026-02-30"`],
  ['no moment', csv('user,resource,lastSeen', 'ann,a,yesterday'), `${cell('t.csv', 'lastSeen', 1)} ISO 8601 time, received "yesterday"`],
  ['text for a list', csv('user,resource,hosts', 'ann,a,h1'), `${cell('t.csv', 'hosts', 1)} JSON list of texts, received "h1"`],
  ['a value outside of a set', csv('user,resource,kind', 'ann,a,read', 'ann,a,run'), `${cell('t.csv', 'kind', 2)} one of "read", "write", received "run"`],
];

test.each(bad)('%s is an error of its own', async (_name, files, message) => {
  await withEngine(async (engine, folder) => {
    const failed = await thrown((async () => rowsOf(await engine.open(await scanOf(folder, files), aRun()), columns))());
    expect(failed).toContain(message);
  });
});

test.each([
  ['an empty CSV file', { 't.csv': '' }],
  ['a CSV file with a header only', { 't.csv': 'user,resource\n' }],
  ['a CSV file of a byte-order mark', { 't.csv': '\ufeff' }],
  ['an empty JSON Lines file', { 't.jsonl': '' }],
  ['a JSON Lines file of blank lines', { 't.jsonl': '\n\n' }],
  ['an empty compressed file', { 't.jsonl.gz': gzipSync('') }],
])('%s has no rows', async (_name, files) => {
  await withEngine(async (engine, folder) => {
    const relation = await (await engine.open(await scanOf(folder, files as Record<string, string>), aRun())).project(accessColumns, aRun());
    expect(await relation.count()).toBe(0);
  });
});

test('a file that fails halfway leaves the old output and no other file', async () => {
  await withEngine(async (engine, folder) => {
    await writeFile(join(folder, 'out.csv'), 'old');
    const raw = await engine.open(await scanOf(folder, { 't.csv': `user,resource\n${'ann,a\n'.repeat(100_000)}bob\n` }), aRun());
    const before = await readdir(folder);
    expect(await thrown(raw.write(join(folder, 'out.csv'), 'csv', aRun()))).toContain('FILE_CORRUPT: t.csv: line 100002');
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(before);
  });
});

test.each([
  ['a folder that does not exist', ['none', 'out.csv']],
  ['a folder where the file should be', ['temp']],
  ['a file where the folder should be', ['t.csv', 'out.csv']],
])('writing to %s fails and leaves nothing', async (_name, parts) => {
  await withEngine(async (engine, folder) => {
    const raw = await engine.open(await scanOf(folder, { 't.csv': 'user\nann\n' }), aRun());
    const before = await readdir(folder, { recursive: true });
    expect(await thrown(raw.write(join(folder, ...parts), 'csv', aRun()))).toMatch(/^WRITE_FAILED: /u);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });
});

test('columns that differ only in letter case are not written under other names', async () => {
  await withEngine(async (engine, folder) => {
    const raw = await engine.open(await scanOf(folder, { 't.csv': 'User,user\nann,bob\n' }), aRun());
    expect(await thrown(raw.write(join(folder, 'out.csv'), 'csv', aRun()))).toContain('WRITE_FAILED');
  });
});

test('another number of rows is not put beside', async () => {
  await withEngine(async (engine, folder) => {
    const raw = await engine.open(await scanOf(folder, { 't.csv': 'user\nann\nbob\n' }), aRun());
    for (const rows of [1, 3]) expect(await thrown(raw.append(replay(batch({ surprise: new Float64Array(rows) })), aRun()))).toBe(`ROWS_MISALIGNED: files/table (t.csv): ${rows} rows were put beside 2`);
    const uneven = { length: 2, columns: { a: new Float64Array(2), b: new Float64Array(1) } };
    expect(await thrown(raw.append(replay(uneven), aRun()))).toContain('ROWS_MISALIGNED');
  });
});

test('a file that is gone is named', async () => {
  await withEngine(async (engine, folder) => {
    await writeFile(join(folder, 'here.csv'), 'user\n');
    const file = await fileOf(join(folder, 'here.csv'));
    const scan = { kind: 'files', format: 'csv', name: 't', files: [{ ...file, url: file.url.replace('here', 'gone') }] } as const;
    expect(await thrown(engine.open(scan, aRun()))).toMatch(/^FILE_MISSING: .*gone\.csv cannot be read$/u);
  });
});
