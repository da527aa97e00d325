import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessColumns, isByomlError, z, type Columns, type Engine } from '@byoml/core';
import { inlineView, parseDetection, type InlineView } from '@byoml/core/detection-file';
import { aRun, filesScan, readRows } from '@byoml/core/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder, openEngine } from './access-pipeline.ts';

let engine: Engine;
beforeAll(async () => void (engine = await openEngine()));
afterAll(() => engine[Symbol.asyncDispose]());

/** A view as a detection file writes it. */
function written(view: string): InlineView {
  const { detection } = parseDetection(`version: 1\nname: d\nsource: files/table\nalgorithm: a/b\nview: ${view}\n`, 'd.yaml');
  if (!detection.view || 'use' in detection.view) throw new Error('not written out');
  return detection.view;
}

async function rowsOf(view: string, records: readonly object[], input: Columns = accessColumns): Promise<object[]> {
  const definition = inlineView(written(view), input);
  const path = join(newFolder(), 'records.jsonl');
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const scan = await filesScan('jsonl', path);
  const relation = await (await engine.open(scan, aRun())).view(definition, {}, aRun());
  expect(relation.columns.map(({ name }) => name).sort()).toEqual(Object.keys(definition.output).sort());
  return readRows((await relation.project(definition.output, aRun())).batches(aRun()));
}

const day = Date.UTC(2026, 10, 24) / 864e5;
const at = (time: string): string => `2026-11-24T${time}Z`;
const events = [
  { id: 5140, who: { name: 'ann' }, what: [{ id: 'hr' }], ip: '10.0.0.2', time: at('08:00:00') },
  { id: '5140', who: { name: 'ann' }, what: [{ id: 'hr' }], ip: '10.0.0.1', time: at('10:00:00') },
  { id: 5140, who: { name: 'ann' }, what: [{ id: 'hr' }], ip: '', time: '2026-11-25T00:00:00+02:00' },
  { id: 5140, who: { name: 'bob' }, what: [{ id: 'hr' }], time: at('23:59:59.9999999') },
  { id: 5140, who: { name: 'bob' }, what: [{ id: 'hr' }], time: 'soon' },
  { id: 5140, who: { name: '' }, what: [{ id: 'hr' }], time: at('08:00:00') },
  { id: 4624, who: { name: 'cid' }, what: [{ id: 'hr' }], time: at('08:00:00') },
];
const columns = '{ user: who.name, resource: "what[0].id", lastSeen: time, sourceHosts: ip }';
const only = 'where: [ { column: id, in: [5140] } ]';

test('records become one row per user, resource and UTC day; those without one of these count nowhere', async () => {
  expect(await rowsOf(`{ table: T, columns: ${columns}, ${only} }`, events)).toEqual([
    { user: 'ann', resource: 'hr', day, count: 3, sourceHosts: ['10.0.0.1', '10.0.0.2'], lastSeen: Date.parse('2026-11-24T22:00:00Z') },
    { user: 'bob', resource: 'hr', day, count: 1, sourceHosts: [], lastSeen: expect.closeTo(Date.parse('2026-11-24T23:59:59.999Z'), -1) },
  ]);
});

test('counts add up, other columns are kept, a scope keeps its rows apart', async () => {
  const rows = [{ u: 'ann', r: 'hr', n: '2', d: '2026-11-24', t: 'one', team: 'x' }, { u: 'ann', r: 'hr', n: 3, d: '2026-11-24', t: 'one' }, { u: 'ann', r: 'hr', d: '2026-11-24', t: 'two' }];
  const mapping = '{ table: T, columns: { user: u, resource: r, count: n, day: d, scope: t, team: team } }';
  expect(await rowsOf(mapping, rows, { ...accessColumns, team: z.string().optional() })).toEqual([
    { scope: 'one', user: 'ann', resource: 'hr', day, count: 5, team: 'x' },
    { scope: 'two', user: 'ann', resource: 'hr', day, count: 1 },
  ]);
});

test('one field of a record can be both the day and the time', async () => {
  const view = '{ table: T, columns: { user: who.name, resource: "what[0].id", day: time, firstSeen: time, lastSeen: time } }';
  expect(await rowsOf(view, events.slice(0, 2))).toEqual([{ user: 'ann', resource: 'hr', day, count: 2, firstSeen: Date.parse(at('08:00:00')), lastSeen: Date.parse(at('10:00:00')) }]);
});

test('SQL of its own reads the columns under their names and gives what it names', async () => {
  const sql = 'SELECT lower(user) AS user, resource, CAST(moment AS DATE) AS day, count(*) AS count, max(weight) AS weight FROM source WHERE resource IS NOT NULL GROUP BY ALL ORDER BY 1 -- end';
  const view = `{ table: T, columns: { user: who, resource: what, moment: time, weight: w }, sql: "${sql}" }`;
  const records = [{ who: 'Ann', what: 'hr', time: at('08:00:00'), w: '1.5' }, { who: 'ANN', what: 'hr', time: at('09:00:00'), w: 7 }, { who: 'bob', time: at('09:00:00') }];
  expect(await rowsOf(view, records, { ...accessColumns, weight: z.number().optional() })).toEqual([{ user: 'ann', resource: 'hr', day, count: 2, weight: 7 }]);
  const own = '{ table: T, columns: { user: who, resource: what }, sql: "WITH bobs AS (SELECT * FROM source WHERE user = \'bob\') SELECT user, COALESCE(resource, \'none\') AS resource FROM bobs" }';
  expect(await rowsOf(own, records)).toEqual([{ user: 'bob', resource: 'none' }]);
});

test('algorithms without users get a row per record, typed; records that lack a needed column are left out', async () => {
  const input: Columns = { size: z.number(), ok: z.boolean().optional(), items: z.array(z.string()).optional(), host: z.string().optional() };
  const records = [{ s: 3, ok: true, items: ['a', 'b'], h: 'x' }, { s: '4.5', h: '' }, { s: 'many' }, { h: 'y' }];
  expect(await rowsOf('{ table: T, columns: { size: s, ok: ok, items: items, host: h } }', records, input)).toEqual([{ size: 3, ok: true, items: ['a', 'b'], host: 'x' }, { size: 4.5 }]);
});

test('names with quotes, spaces and dots are names', async () => {
  const record = { 'the "user"': 'ann', "o'resource": 'hr', 'a.b': '2026-11-24' };
  expect(await rowsOf(String.raw`{ table: T, columns: { user: 'the "user"', resource: "o'resource", day: a.b } }`, [record])).toEqual([{ user: 'ann', resource: 'hr', day, count: 1 }]);
});

test('a needed path that no record has is named, unless a predicate explains its absence', async () => {
  const failed = await rowsOf('{ table: T, columns: { user: usr, resource: r, day: d } }', [{ user: 'ann', r: 'hr', d: '2026-11-24' }]).catch((error: unknown) => error);
  expect(isByomlError(failed) && [failed.code, failed.message]).toEqual(['COLUMNS_MISSING', expect.stringContaining('no column "usr" (closest: "user")')]);
  expect(await rowsOf(`{ table: T, columns: ${columns}, ${only} }`, [{ id: 4624, Account: 'ann' }])).toEqual([]);
});

test.each([
  ['{ table: T, columns: { usr: u } }', 'column "usr" is none that the algorithm reads; nearest: user'],
  ['{ table: T, columns: { user: x, count: x } }', '"x" is read as "user" and as "count", which are of different types'],
])('%s is refused', (view, part) => {
  expect(() => inlineView(written(view), accessColumns)).toThrow(part);
});

test('whatever the SQL says, files stay out of reach', async () => {
  const file = join(newFolder(), 'secret.csv');
  writeFileSync(file, 'user,resource\nann,hr\n');
  await expect(rowsOf(`{ table: T, columns: { user: u, resource: r }, sql: "SELECT * FROM read_csv('${file}')" }`, [{ u: 'x', r: 'y' }])).rejects.toMatchObject({ code: 'COMPONENT_FAILED' });
});
