import assert from 'node:assert/strict';
import { join } from 'node:path';
import { z } from 'zod';
import { utcDay, utcInstant } from '../../contracts/cells.ts';
import type { Dialect, ViewDefinition } from '../../contracts/view.ts';
import { check, type Check } from '../check.ts';
import { aRun } from '../fakes/run.ts';
import { inFolder } from '../folder.ts';
import { jsonLines } from '../scan-files.ts';
import type { Cells } from '../table.ts';
import { allRows, type Bench } from './bench.ts';

const base = { id: 'checked', summary: 'A view of the kit.', settings: z.strictObject({}), table: 'Checked', where: [] };
const text = z.string().optional();

/** What the dialect spells, in a view of its own. */
export function* dialectChecks(bench: Bench): Iterable<Check> {
  if (bench.fixture.sql === false) return;
  const viewed = (view: Omit<ViewDefinition, keyof typeof base> & { where?: ViewDefinition['where'] }, records: readonly object[]): Promise<Cells[]> =>
    inFolder((folder) =>
      bench.with(async (engine) => {
        const definition = { ...base, ...view } as ViewDefinition;
        const relation = await (await engine.open(await jsonLines(join(folder, 'records.jsonl'), records), aRun())).view(definition, {}, aRun());
        return await allRows(await relation.project(view.output, aRun()));
      }));
  const one = (expression: (d: Dialect) => string, records: readonly object[]): Promise<Cells[]> =>
    viewed({ columns: { value: text, 'a.b': text }, output: { value: text }, sql: (d) => `SELECT ${expression(d)} AS ${d.ident('value')} FROM source` }, records);

  yield check('quotes names and literals of any content', async () => {
    const odd = `it's "quoted" \\ -- ; /* ${'$'}{x} 漢字`;
    assert.deepEqual(await one((d) => d.literal(odd), [{ value: 'x' }]), [{ value: odd }]);
    const name = 'sel"ect from';
    const rows = await viewed({ columns: { value: text }, output: { [name]: z.string() }, sql: (d) => `SELECT ${d.ident('value')} AS ${d.ident(name)} FROM source` }, [{ value: 'x' }]);
    assert.deepEqual(rows, [{ [name]: 'x' }]);
  });
  yield check('reads nested values by their path, and none as NULL', async () => {
    assert.deepEqual(await one((d) => d.ident('a.b'), [{ a: { b: 'deep' } }, { a: {} }, { value: 'x' }]), [{ value: 'deep' }, {}, {}]);
    assert.deepEqual(await one((d) => d.json(d.ident('value'), 'list[1].name'), [{ value: '{"list":[{},{"name":"second"}]}' }, { value: '{}' }]), [{ value: 'second' }, {}]);
  });
  yield check('tells UTC days and moments, whatever zone the text names', async () => {
    const times = ['2026-11-24T23:30:00Z', '2026-11-25T00:30:00+01:00', '2026-11-24T22:30:00.5-01:00', 'no time'];
    const records = times.map((value) => ({ value }));
    const day = Date.UTC(2026, 10, 24) / 86_400_000;
    const rows = await viewed({
      columns: { value: text },
      output: { day: utcDay().optional(), at: utcInstant().optional() },
      sql: (d) => `SELECT ${d.utcDay(d.ident('value'))} AS ${d.ident('day')}, ${d.timestamp(d.ident('value'))} AS ${d.ident('at')} FROM source`,
    }, records);
    const at = Date.UTC(2026, 10, 24, 23, 30);
    assert.deepEqual(rows, [{ day, at }, { day, at }, { day, at: at + 500 }, {}]);
  });
  yield check('lists distinct values sorted, without NULL', async () => {
    const hosts = z.array(z.string());
    const rows = await viewed({ columns: { value: text }, output: { hosts }, sql: (d) => `SELECT ${d.sortedList(d.ident('value'))} AS ${d.ident('hosts')} FROM source` }, [{ value: 'b' }, { value: 'a' }, { other: 1 }, { value: 'b' }]);
    assert.deepEqual(rows, [{ hosts: ['a', 'b'] }]);
  });
  yield check('matches regular expressions', async () => {
    const rows = await one((d) => `CASE WHEN ${d.matches(d.ident('value'), String.raw`^\d+\$$`)} THEN 'yes' ELSE 'no' END`, [{ value: '12$' }, { value: 'x12$' }]);
    assert.deepEqual(rows, [{ value: 'yes' }, { value: 'no' }]);
  });
  yield check('keeps only rows that the predicate of a view allows', async () => {
    const where = [{ columns: ['id', 'event.id'], in: ['1', '2'] }];
    const records = [{ id: 1, value: 'number' }, { id: '2', value: 'text' }, { id: 3, value: 'other' }, { event: { id: '1' }, value: 'nested' }, { id: '3', event: { id: '1' }, value: 'first column decides' }];
    const rows = await viewed({ columns: { id: text, 'event.id': text, value: text }, output: { value: text }, where, sql: (d) => `SELECT ${d.ident('value')} AS ${d.ident('value')} FROM source` }, records);
    assert.deepEqual(rows.map((row) => row['value']), ['number', 'text', 'nested']);
  });
}
