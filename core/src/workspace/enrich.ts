import { z } from 'zod';
import type { Columns, DictionaryColumn } from '../contracts/columns.ts';
import { dictionaryColumn } from '../contracts/dictionary.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import { isText, type StoredColumns } from '../detection/table/pick.ts';
import { readTable, type Table } from '../detection/table/table.ts';
import type { Plan, PlannedEnrichment } from './plan.ts';

/** Values of a key that another table knows nothing of. */
export interface Unmatched {
  /** Address of the source that was joined. */
  readonly source: string;
  readonly key: string;
  readonly values: number;
  readonly rows: number;
  /** Some of them. */
  readonly examples: readonly string[];
}

interface Enriched {
  readonly table: Table;
  /** What had no match among some rows (0-based numbers). */
  readonly unmatched: (rows: Int32Array) => readonly Unmatched[];
}

const always = { from: new Date(-8.64e15), to: new Date(8.64e15) };
const shownExamples = 3;

/** Puts the columns of other tables beside the rows, joined by text; of a key that a table has twice the last row holds. */
export async function enriched(session: Session, plan: Plan, table: Table, run: Run): Promise<Enriched> {
  let columns: StoredColumns = table.columns;
  const joins: Array<(rows: Int32Array) => Unmatched | null> = [];
  for (const one of plan.enrich) {
    if (table.rows === 0) break;
    const other = await otherTable(session, plan, one, run);
    const joined = join({ rows: table.rows, columns }, other, one);
    columns = { ...columns, ...joined.columns };
    joins.push(joined.unmatched);
  }
  return { table: { rows: table.rows, columns }, unmatched: (rows) => joins.flatMap((of) => of(rows) ?? []) };
}

async function otherTable(session: Session, { detection }: Plan, { source, key, columns }: PlannedEnrichment, run: Run): Promise<Table> {
  const quiet: Run = { ...run, progress: () => {} };
  const relation = await (await session.engine(detection.engine)).open(await source.scan(always, quiet), quiet);
  const wanted: Columns = { [key]: z.string().optional(), ...Object.fromEntries(columns.map((name) => [name, z.string().optional()])) };
  for (const name of [key, ...columns]) {
    if (!relation.columns.some((column) => column.name === name)) throw new ByomlError('COLUMNS_MISSING', `${detection.name}: the table to join has no column "${name}"; it has ${relation.columns.map((column) => column.name).join(', ')}`, { details: { missing: [name] } });
  }
  return readTable((await relation.project(wanted, quiet)).batches(quiet), quiet);
}

function join(rows: Table, other: Table, { name, key, columns }: PlannedEnrichment): { columns: StoredColumns; unmatched: (rows: Int32Array) => Unmatched | null } {
  const left = rows.columns[key];
  const right = other.columns[key];
  if (!left || !isText(left)) throw new ByomlError('COLUMNS_MISSING', `the key "${key}" is no text column`, { details: { missing: [key] } });
  const rowOf = new Map<string, number>();
  if (right && isText(right)) for (let row = 0; row < other.rows; row++) rowOf.set(right.at(row) ?? '', row);
  const matched = left.dictionary.map((text) => rowOf.get(text) ?? -1);
  const joined = columns.flatMap((column) => {
    const cells = other.columns[column];
    if (!cells || !isText(cells)) return [];
    const codes = matched.map((row) => (row < 0 ? -1 : (cells.codes[row] as number)));
    return [[column, dictionaryColumn(left.codes.map((code) => (code < 0 ? -1 : (codes[code] as number))), cells.dictionary)] as const];
  });
  return { columns: Object.fromEntries(joined), unmatched: (numbers) => unmatchedOf({ source: name, key }, left, matched, numbers) };
}

function unmatchedOf(of: Pick<Unmatched, 'source' | 'key'>, { codes, dictionary }: DictionaryColumn, matched: readonly number[], numbers: Int32Array): Unmatched | null {
  const missing = new Set<string>();
  let rows = 0;
  for (const row of numbers) {
    const code = codes[row] as number;
    if (code < 0 || (matched[code] as number) >= 0) continue;
    missing.add(dictionary[code] ?? '');
    rows++;
  }
  if (rows === 0) return null;
  return { ...of, values: missing.size, rows, examples: [...missing].sort().slice(0, shownExamples) };
}
