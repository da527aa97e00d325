import assert from 'node:assert/strict';
import { join } from 'node:path';
import { z } from 'zod';
import type { Engine } from '../contracts/engine.ts';
import type { Predicate, ViewDefinition } from '../contracts/view.ts';
import { check, failsCatalogued, isStop, shown, thrownBy, type Check } from './check.ts';
import { descriptionChecks } from './description.ts';
import { aRun } from './fakes/run.ts';
import { inFolder } from './folder.ts';
import { readRows } from './read.ts';
import { jsonLines } from './scan-files.ts';
import type { Cells } from './table.ts';

/** What an author says about a view. */
export interface ViewFixture {
  readonly engine: () => Promise<Engine>;
  readonly settings?: object;
  /** Records as the table holds them: those the view keeps and some it leaves out. */
  readonly records: readonly object[];
  /** The rows they become, in any order; days as `2026-11-24`, moments as ISO 8601 text; cells named here are compared. */
  readonly rows: readonly object[];
  /** For views with a `day`: records close to midnight and the UTC day each belongs to. */
  readonly midnight?: ReadonlyArray<{ readonly record: object; readonly day: string }>;
}

const isoDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** The value at `event_data.ShareName` in a record, also where the record has that very name. */
function valueAt(record: object, path: string): unknown {
  if (path in record) return (record as Cells)[path];
  return path.split('.').reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Cells)[name] : undefined), record);
}

const holds = (record: object, { columns, in: allowed }: Predicate): boolean => {
  const first = columns.map((path) => valueAt(record, path)).find((value) => value !== undefined && value !== null && value !== '');
  return first !== undefined && allowed.includes(`${first as string | number}`);
};

function without(record: object, path: string): object {
  const [head = '', ...rest] = path.split('.');
  const { [path]: _, ...kept } = record as Cells;
  const inner = kept[head];
  if (rest.length === 0 || typeof inner !== 'object' || inner === null) return kept;
  return { ...kept, [head]: without(inner, rest.join('.')) };
}

/** Rows in an order of their own, with days and moments as text. */
const readable = ({ output }: ViewDefinition, rows: readonly Cells[]): Cells[] => {
  const format = (name: string): unknown => (output[name] as z.ZodType | undefined)?.meta()?.['format'];
  const text = (name: string, cell: unknown): unknown => {
    if (format(name) === 'utc-day') return isoDay(cell as number);
    return format(name) === 'utc-instant' ? new Date(cell as number).toISOString() : cell;
  };
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, text(name, cell)])));
};

const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

/** Every promise of the view contract, checked in the engine the fixture opens. */
export function* viewChecks(definition: ViewDefinition<any, any, any>, fixture: ViewFixture): Iterable<Check> {
  const settings: unknown = z.parse(definition.settings, fixture.settings ?? {});
  const names = Object.keys(definition.output);
  const required = Object.entries(definition.columns as Record<string, z.ZodType>).filter(([, schema]) => !schema.safeParse(undefined).success).map(([name]) => name);
  const run = aRun();

  const viewed = (records: readonly object[], view: ViewDefinition = definition, by = run): Promise<Cells[]> =>
    inFolder(async (folder) => {
      await using engine = await fixture.engine();
      const relation = await (await engine.open(await jsonLines(join(folder, 'records.jsonl'), records), by)).view(view, settings, by);
      assert.deepEqual(relation.columns.map(({ name }) => name).sort(), [...names].sort(), 'columns of the view and of `output`');
      return readable(view, await readRows((await relation.project(view.output, by)).batches(by)));
    });

  yield* descriptionChecks(definition, fixture.settings);
  yield check('names its table and asks its predicate of columns it has', () => {
    assert.match(definition.table, /^\w+$/, 'table');
    for (const { columns, in: allowed } of definition.where) {
      assert.ok(columns.length > 0 && allowed.length > 0, 'a predicate names columns and values');
      for (const column of columns) assert.ok(column in definition.columns, `the predicate's "${column}" is not in \`columns\``);
    }
  });
  yield check('gives exactly the columns of its output, each cell as declared', async () => {
    assert.ok((await viewed(fixture.records)).length > 0, 'no rows');
  });
  yield check('gives the rows its fixture expects', async () => {
    const rows = await viewed(fixture.records);
    const compared = new Set(fixture.rows.flatMap((row) => Object.keys(row)));
    assert.deepEqual(sorted(rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => compared.has(name))))), sorted(fixture.rows));
  });
  yield check('gives the same whether its predicate is pushed or not', async () => {
    const kept = fixture.records.filter((record) => definition.where.every((predicate) => holds(record, predicate)));
    assert.ok(definition.where.length === 0 || kept.length < fixture.records.length, 'the fixture needs records that the predicate leaves out');
    assert.deepEqual(sorted(await viewed(kept, { ...definition, where: [] })), sorted(await viewed(fixture.records)));
  });
  yield check('gives nothing for nothing, and nothing where no record fits', async () => {
    assert.deepEqual(await viewed([]), [], 'an empty file');
    if (definition.where.length === 0) return;
    const others = fixture.records.filter((record) => !definition.where.every((predicate) => holds(record, predicate)));
    assert.deepEqual(await viewed(others), []);
  });
  if ('day' in definition.output)
    yield check('counts days in UTC', async () => {
      const { midnight = [] } = fixture;
      assert.ok(midnight.length > 0, 'a view with a `day` needs `midnight` records in its fixture');
      for (const { record, day } of midnight) assert.deepEqual((await viewed([record])).map((row) => row['day']), [day], JSON.stringify(record));
    });
  if (required.length > 0)
    yield check('names required columns that are missing', async () => {
      for (const name of required) await failsCatalogued(viewed(fixture.records.map((record) => without(record, name))), `without "${name}"`, 'COLUMNS_MISSING');
    });
  yield check('does without optional columns', async () => {
    const optional = Object.keys(definition.columns).filter((name) => !required.includes(name) && fixture.records.some((record) => valueAt(record, name) !== undefined));
    for (const name of optional) await viewed(fixture.records.map((record) => without(record, name)));
  });
  yield check('refuses to start when already stopped', async () => {
    const reason = new Error('told to stop');
    const thrown = await thrownBy(viewed(fixture.records, definition, aRun({ signal: AbortSignal.abort(reason) })));
    assert.ok(isStop(thrown, reason), `expected the signal's reason, received ${shown(thrown)}`);
  });
}
