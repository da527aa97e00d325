import { z } from 'zod';
import { planColumns } from '../engine/index.ts';
import type { Columns } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import type { Dialect, Predicate } from '../contracts/view.ts';
import { answer, texts } from './query.ts';

/** Distinct cells are counted in that many rows; the rest may have more. */
export const distinctRows = 200_000;

interface ColumnProfile {
  /** Rows with a cell that is not empty. */
  readonly filled: number;
  /** Distinct cells of the first `distinctRows` rows. */
  readonly distinct: number;
}

export interface Profile {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnProfile>;
}

const filled = (d: Dialect, name: string): string => `NULLIF(CAST(${d.ident(name)} AS STRING), '')`;

/** A SELECT of one row: how many rows `from` has and, as `filled,filled,…`, how many cells of each column. */
const filledSql = (d: Dialect, names: readonly string[]): string => `SELECT COUNT(*) AS n, ${joined(names.map((name) => `COUNT(${filled(d, name)})`))} AS cells FROM source`;

const distinctSql = (d: Dialect, names: readonly string[]): string =>
  `SELECT COUNT(*) AS n, ${joined(names.map((name) => `COUNT(DISTINCT ${filled(d, name)})`))} AS cells FROM (SELECT * FROM source LIMIT ${distinctRows}) AS looked`;

// One text, so that the answer has the same three columns for any table.
const joined = (counts: readonly string[]): string => (counts.length === 0 ? "''" : `CONCAT_WS(',', ${counts.join(', ')})`);

/** SQL over `source` that answers `part`, `n` and `cells`, to be read by `profileOf`. */
export const profileSql = (d: Dialect, names: readonly string[]): string =>
  `SELECT 'filled' AS part, n, cells FROM (${filledSql(d, names)}) AS f UNION ALL SELECT 'distinct' AS part, n, cells FROM (${distinctSql(d, names)}) AS g`;

export const profileColumns = { part: z.string(), n: z.number(), cells: z.string() };

interface Part {
  readonly part: string;
  readonly n: number;
  readonly cells: string;
}

export function profileOf(parts: readonly Part[], names: readonly string[]): Profile {
  const numbersOf = (part: string): number[] => (parts.find((one) => one.part === part)?.cells ?? '').split(',').map(Number);
  const [held, distinct] = [numbersOf('filled'), numbersOf('distinct')];
  return {
    rows: parts.find((one) => one.part === 'filled')?.n ?? 0,
    columns: new Map(names.map((name, i) => [name, { filled: held[i] ?? 0, distinct: distinct[i] ?? 0 }])),
  };
}

/** Counts empty and distinct cells of some columns, in the engine, over the rows that pass `where`. Columns that the data lacks are empty. */
export async function profile(relation: Relation, names: readonly string[], run: Run, where: readonly Predicate[] = []): Promise<Profile> {
  return profileOf(await answer(relation, { columns: texts(names), where, output: profileColumns, sql: (d) => profileSql(d, names) }, run), names);
}

/** Names of the columns that data must have. */
export const requiredNames = (columns: Columns): ReadonlySet<string> => new Set(planColumns(columns).filter(({ required }) => required).map(({ name }) => name));
