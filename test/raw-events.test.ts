import { readdirSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import access from '@byoml/anomalous-resource-access';
import { defineView, isByomlError, kind, utcDay, z, type Engine, type Scan, type ScanFile, type ViewDefinition } from '@byoml/core';
import { rawEvents, type RawEvents, type RawEventsRequest, type ViewRow } from '@byoml/core/raw-events';
import { aRun } from '@byoml/core/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accesses, newFolder, openEngine } from './access-pipeline.ts';
import { inCi } from './tier.ts';

let engine: Engine;
beforeAll(async () => void (engine = await openEngine()));
afterAll(() => engine[Symbol.asyncDispose]());

const viewOf = (id: string): ViewDefinition => access.components.find((one) => one[kind] === 'view' && one.id === id) as unknown as ViewDefinition;
const shares = viewOf('windows-file-shares');
const day = Date.UTC(2026, 10, 24) / 864e5;
const ann: ViewRow = { scope: '', user: 'CORP\\ann', resource: '\\\\FS1\\Finance', day };

const opened = { EventID: 5140, TimeGenerated: '2026-11-24T10:00:00Z', SubjectUserName: 'Ann', SubjectDomainName: 'CORP', Computer: 'fs1', ShareName: '\\\\*\\Finance', IpAddress: '10.0.0.9' };
const event = (n: number, over: object = {}): object => ({ n, ...opened, ...over });
const jsonl = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

async function fileOf(name: string, content: string | Uint8Array, over: Partial<ScanFile> = {}): Promise<ScanFile> {
  const path = join(newFolder(), name);
  writeFileSync(path, content);
  return { url: pathToFileURL(path).href, bytes: (await stat(path)).size, version: '1', ...over };
}

const scanOf = (files: readonly ScanFile[], unique?: string): Scan => ({ kind: 'files', format: 'jsonl', name: 'the export', files, ...(unique !== undefined && { unique }) });

interface Asking extends Partial<Omit<RawEventsRequest, 'settings'>> {
  readonly settings?: object;
}

async function ask(content: string | Scan, { settings = {}, ...over }: Asking = {}): Promise<RawEvents> {
  const scan = typeof content === 'string' ? scanOf([await fileOf('events.jsonl', content)]) : content;
  const view = over.view ?? shares;
  const temporary = newFolder();
  vi.stubEnv('TMPDIR', temporary);
  try {
    return await rawEvents({ scan, engine, view, settings: view.settings.parse(settings), row: ann, limit: 100, run: aRun(), ...over });
  } finally {
    vi.unstubAllEnvs();
    expect(readdirSync(temporary), 'what is left behind').toEqual([]);
  }
}

const numbers = ({ events }: RawEvents): unknown[] => events.map(({ record }) => record['n']);

const failure = (of: Promise<unknown>): Promise<string> => of.then(() => 'nothing thrown', (error: unknown) => (isByomlError(error) ? `${error.code}: ${error.message}` : String(error)));

const mixed = [
  event(0), event(1, { SubjectUserName: 'Bob' }), event(2, { SubjectUserName: 'ANN', IpAddress: '-' }), event(3, { Computer: 'fs2' }), event(4, { TimeGenerated: '2026-11-25T00:00:00Z' }),
  event(5, { TimeGenerated: '2026-11-25T00:30:00+01:00' }), event(6, { ShareName: '\\\\*\\Finance2' }), event(7, { EventID: 4624 }), event(8, { SubjectUserName: 'Hannah' }),
  event(9, { EventID: '5145', RelativeTargetName: 'a\\b' }), event(10, { SubjectDomainName: 'OTHER' }), { n: 11, note: 'Ann told Finance' },
  { n: 12, '@timestamp': opened.TimeGenerated, event_id: 5140, event_data: { SubjectUserName: 'ann', SubjectDomainName: 'corp', ShareName: '\\\\*\\Finance' }, Computer: 'FS1' },
]; // prettier-ignore

test('the records of a row are those that give it, whatever stands beside them, and no other', async () => {
  for (const count of [undefined, 5]) {
    const found = await ask(jsonl(mixed), { row: { ...ann, ...(count !== undefined && { count }) } });
    expect([numbers(found), found.total]).toEqual([[0, 2, 5, 9, 12], 5]);
    expect(found.events[0]?.record).toEqual(mixed[0]);
  }
});

test('a limit shows the first ones and still says how many there are', async () => {
  for (const [limit, shown] of [[0, []], [1, [0]], [3, [0, 2, 5]]] as const) {
    const found = await ask(jsonl(mixed), { limit });
    expect([numbers(found), found.total]).toEqual([shown, 5]);
  }
});

/** Every so manieth row: as even as odd ones, so that names as they are and escaped ones are both asked for. */
const stride = inCi ? 9 : 21;

test('for every row of a view, the records found give the row again, with its count', async () => {
  const people = ['ann', "o'brien", 'Müller', '数据', 'a%b', 'x"y', 'ANN', 'a b', '\u{1F600}', 'e\u0301'];
  const records = Array.from({ length: 90 }, (_, n) => event(n, { SubjectUserName: people[n % people.length], ShareName: `\\\\*\\${['Finance', 'hr$', 'Büro', 'k'][n % 4]}`, TimeGenerated: `2026-11-${24 + (n % 3)}T1${n % 10}:00:00Z` }));
  const text = jsonl(records);
  const escaped = text.replaceAll(/[^\n\u0020-\u007e]/gu, (letter) => Array.from({ length: letter.length }, (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''));
  const path = join(newFolder(), 'all.jsonl');
  writeFileSync(path, text);
  const rows = await accesses(engine, { from: { path }, view: 'windows-file-shares' });
  expect(rows.length).toBeGreaterThan(40);
  for (const [i, row] of rows.entries()) {
    if (i % stride !== 0) continue;
    const found = await ask(i % 2 === 0 ? text : escaped, { row });
    expect(found.total).toBe(row.count);
    expect(found.events).toHaveLength(row.count);
    const again = join(newFolder(), 'again.jsonl');
    writeFileSync(again, jsonl(found.events.map(({ record }) => record)));
    expect(await accesses(engine, { from: { path: again }, view: 'windows-file-shares' })).toEqual([row]);
  }
});

test('the events behind rows of real Windows logs', async () => {
  const path = join(import.meta.dirname, 'fixtures', 'windows-security-otrf', 'share_access_5140_5145.jsonl.gz');
  const rows = (await accesses(engine, { from: { path }, view: 'windows-file-shares' })).toSorted((a, b) => b.count - a.count);
  const scan = scanOf([{ url: pathToFileURL(path).href, bytes: (await stat(path)).size, version: '1' }]);
  for (const row of inCi ? [rows[0], rows[Math.floor(rows.length / 2)], rows.at(-1)] : [rows[0]]) {
    const found = await ask(scan, { row: row as ViewRow, limit: 1000 });
    expect([found.total, found.events.length]).toEqual([row?.count, Math.min(1000, row?.count as number)]);
    for (const { record } of found.events) expect(['5140', '5145']).toContain(String(record['EventID'] ?? record['event_id']));
  }
});

test('files follow each other, packed or not, from where they are to be read, and each event names its own', async () => {
  const head = jsonl([event(100)]);
  const files = [
    await fileOf('a.jsonl', `\uFEFF${jsonl([event(0)])}`),
    await fileOf('b.jsonl.gz', gzipSync(jsonl([event(1), event(2, { SubjectUserName: 'bob' })]))),
    await fileOf('c.jsonl', `${head}${jsonl([event(3)])}${jsonl([event(101)])}`, { offset: head.length, bytes: jsonl([event(3)]).length }),
    await fileOf('empty.jsonl', ''),
  ];
  const found = await ask(scanOf(files));
  expect(found.events.map(({ file, record }) => [file.split('/').at(-1), record['n']])).toEqual([['a.jsonl', 0], ['b.jsonl.gz', 1], ['c.jsonl', 3]]);
});

test('a record that was delivered twice is shown and counted once', async () => {
  const found = await ask(scanOf([await fileOf('a.jsonl', jsonl([event(0, { _ItemId: 'x' }), event(0, { _ItemId: 'x' }), event(1, { _ItemId: 'y' }), event(2), event(3)]))], '_ItemId'));
  expect([numbers(found), found.total]).toEqual([[0, 1, 2, 3], 4]);
});

test('lines that are no records are passed over, however they are broken', async () => {
  const broken = Buffer.concat([
    Buffer.from(`{"SubjectUserName":"Ann","ShareName":"Finance"\n[{"Ann":"Finance","EventID":5140}]\n\n"ann finance 5140"\n{"ann":"finance 5140${'x'.repeat(5_000_000)}"}\n`),
    Buffer.from([...Buffer.from('{"ann":"finance 5140 '), 0xff, 0xfe, ...Buffer.from('"}\n{"ann":"finance 5140 '), 0, ...Buffer.from('"}\n')]),
    Buffer.from(`${JSON.stringify(event(0))}\r\n  ${JSON.stringify(event(1))}  \n${JSON.stringify(event(2))}`),
  ]);
  const found = await ask(scanOf([await fileOf('a.jsonl', broken)]));
  expect([numbers(found), found.total]).toEqual([[0, 1, 2], 3]);
});

test('a name that the view made is found all the same', async () => {
  const nameless = event(1, { SubjectUserName: '', SubjectDomainName: '' });
  const found = await ask(jsonl([event(0), nameless, event(2, { EventID: 4624, SubjectUserName: '' })]), { settings: { unknown: 'keep' }, row: { ...ann, user: '(unknown)' } });
  expect([numbers(found), found.total]).toEqual([[1], 1]);
});

const renaming = defineView({
  id: 'renaming', summary: 'Accesses under other names', settings: z.strictObject({}), table: 'Hits',
  columns: { who: z.string(), what: z.string(), moment: z.string() }, where: [{ columns: ['what'], in: ['pay'] }],
  output: { user: z.string(), resource: z.string(), day: utcDay(), count: z.number() },
  sql: (d) => `SELECT ${d.ident('user')}, resource, day, CAST(COUNT(*) AS BIGINT) AS ${d.ident('count')} FROM (SELECT CASE WHEN who = 'u7' THEN 'ann' ELSE who END AS ${d.ident('user')}, what AS resource, CASE WHEN moment = 'tuesday' THEN CAST('2026-11-24' AS DATE) ELSE ${d.utcDay('moment')} END AS day FROM source) AS named GROUP BY ${d.ident('user')}, resource, day`,
}); // prettier-ignore

test('where names and day find fewer than the row counts, all that the predicates let through is looked at', async () => {
  const hit = (n: number, who: string, moment: string, what = 'pay') => ({ n, who, what, moment });
  const text = jsonl([hit(0, 'ann', '2026-11-24T10:00:00Z'), hit(1, 'ann', 'tuesday'), hit(2, 'u7', 'tuesday'), hit(3, 'u7', 'tuesday', 'wiki'), hit(4, 'bob', 'tuesday')]);
  const found = (count?: number) => ask(text, { view: renaming as never, row: { scope: '', user: 'ann', resource: 'pay', day, ...(count !== undefined && { count }) } });
  expect([numbers(await found(1)), numbers(await found(2)), numbers(await found(3)), numbers(await found(9))]).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2]]);
  expect(numbers(await found())).toEqual([0, 1]);
});

const summed = defineView({
  id: 'summed', summary: 'Accesses that the source has counted', settings: z.strictObject({}), table: 'Hits',
  columns: { who: z.string(), what: z.string(), day: utcDay(), hits: z.number().optional() }, where: [],
  output: { user: z.string(), resource: z.string(), day: utcDay(), count: z.number() },
  sql: (d) => `SELECT who AS ${d.ident('user')}, what AS resource, day, SUM(hits) AS ${d.ident('count')} FROM source GROUP BY who, what, day`,
}); // prettier-ignore

test('records that count several times, or not at all, are told apart', async () => {
  const hit = (n: number, hits: number) => ({ n, who: 'ann', what: 'pay', day: '2026-11-24', hits });
  const found = await ask(jsonl([hit(0, 3), hit(1, 0), hit(2, 2), hit(3, 0), hit(4, 0)]), { view: summed as never, row: { scope: '', user: 'ann', resource: 'pay', day } });
  expect([numbers(found), found.total]).toEqual([[0, 2], 5]);
});

test('a row that the source no longer has has no events', async () => {
  expect(await ask(jsonl([event(0, { SubjectUserName: 'bob' })]))).toEqual({ events: [], total: 0 });
  expect(await ask(scanOf([]))).toEqual({ events: [], total: 0 });
  expect(await ask(jsonl([{ ann: 'finance', what: 1 }]), { view: summed as never })).toEqual({ events: [], total: 0 });
});

test('what cannot be read is told with its code', async () => {
  const gone: ScanFile = { url: pathToFileURL(join(newFolder(), 'gone.jsonl')).href, bytes: 10, version: '1' };
  expect(await failure(ask(scanOf([gone])))).toMatch(/^FILE_MISSING: .*gone\.jsonl cannot be read$/u);
  const torn = gzipSync(jsonl([event(0)]));
  expect(await failure(ask(scanOf([await fileOf('torn.jsonl.gz', torn.subarray(0, torn.length - 10))])))).toBe('FILE_CORRUPT: torn.jsonl.gz is not a whole gzip file');
  expect(await failure(ask(scanOf([await fileOf('no.jsonl.gz', 'plain text')])))).toBe('FILE_CORRUPT: no.jsonl.gz is not a whole gzip file');
  expect(await failure(ask({ ...scanOf([]), format: 'csv' } as Scan))).toBe('USAGE_INVALID: the export: raw events can be shown of JSON Lines only');
});

test('a stop ends it soon, and nothing is left behind', async () => {
  const reason = new Error('told to stop');
  await expect(ask(jsonl(mixed), { run: aRun({ signal: AbortSignal.abort(reason) }) })).rejects.toBe(reason);
  const stop = new AbortController();
  const many = Array.from({ length: 20_000 }, (_, n) => event(n));
  let reports = 0;
  const run = aRun({ signal: stop.signal, progress: () => void (++reports === 3 && stop.abort(reason)) });
  await expect(ask(jsonl(many), { run })).rejects.toBe(reason);
  expect(reports).toBe(3);
});

test('progress grows to all bytes of the files', async () => {
  const seen: number[] = [];
  const text = jsonl(Array.from({ length: 5000 }, (_, n) => event(n)));
  await ask(text, { limit: 1, run: aRun({ progress: ({ done }) => void seen.push(done) }) });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(Buffer.byteLength(text));
});
