import { defineView, utcDay, utcInstant, z, type Dialect } from '@byoml/core';
import { aRun, readRows } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { dialect, jsonPath } from './dialect.ts';
import { scanOf, withEngine } from './rig.test.support.ts';

const shown = (texts: readonly string[], sql: (d: Dialect) => string): Promise<unknown[]> =>
  withEngine(async (engine, folder) => {
    const view = defineView({ id: 'shown', summary: '', settings: z.strictObject({}), table: 'T', columns: { text: z.string().optional() }, where: [], output: { day: utcDay(), at: utcInstant(), shown: z.string() }, sql });
    const relation = await engine.open(await scanOf(folder, { 't.jsonl': texts.map((text) => `${JSON.stringify({ text })}\n`).join('') }), aRun());
    return readRows((await relation.view(view, {}, aRun())).batches(aRun()));
  });

const moments = (texts: readonly string[]): Promise<unknown[]> => shown(texts, (d) => `SELECT ${d.utcDay('text')} AS day, ${d.timestamp('text')} AS at, '' AS shown FROM source`);

test.each([
  ['2026-11-24T23:30:00Z', Date.UTC(2026, 10, 24, 23, 30)],
  ['2026-11-24T23:30:00.1234567Z', Date.UTC(2026, 10, 24, 23, 30, 0, 123) + 0.456],
  ['2026-11-24T23:30:00-05:00', Date.UTC(2026, 10, 25, 4, 30)],
  ['2026-11-25T01:30:00.5+0200', Date.UTC(2026, 10, 24, 23, 30, 0, 500)],
  ['2026-11-24 23:30:00', Date.UTC(2026, 10, 24, 23, 30)],
  ['2026-11-24', Date.UTC(2026, 10, 24)],
])('the moment of %s is told in UTC, and its day too', async (text, at) => {
  expect(await moments([text])).toEqual([{ at, day: Math.floor(at / 86_400_000), shown: '' }]);
});

test.each(['yesterday', '2026-02-30', '', 'infinity', '1790000000'])('%j is no moment', async (text) => {
  expect(await moments([text])).toEqual([{ shown: '' }]);
});

test.each(["it's", '"quoted"', 'a\0b', '\\', '漢字', "'; DROP TABLE x --"])('the literal of %j is that text', async (text) => {
  expect(await shown(['x'], (d) => `SELECT NULL AS day, NULL AS at, ${d.literal(text)} AS shown FROM source`)).toEqual([{ shown: text }]);
});

test('a path goes into objects and lists; what is no JSON has none', async () => {
  const sql = (d: Dialect): string => `SELECT NULL AS day, NULL AS at, ${d.json('text', 'resources[0].ARN')} AS shown FROM source`;
  expect(await shown(['{"resources":[{"ARN":"a"}]}', '{"resources":[]}', 'oops'], sql)).toEqual([{ shown: 'a' }, {}, {}]);
  expect(jsonPath('a b."c"')).toBe('$."a b"."\\"c\\""');
});

test('identifiers are quoted', () => {
  expect(dialect.ident('a"b')).toBe('"a""b"');
});
