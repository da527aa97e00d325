import type { z } from 'zod';
import type { Batch, Column, Columns } from '../contracts/columns.ts';
import type { ScanFile } from '../contracts/data-source.ts';
import type { Engine } from '../contracts/engine.ts';
import { isByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Dialect, ViewDefinition } from '../contracts/view.ts';

/** The row of an access view whose records are asked for. */
export interface ViewRow {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  /** UTC day, as `utcDay` counts. */
  readonly day: number;
  /** How often, where it is known: then records that were overlooked are noticed. */
  readonly count?: number;
}

/** Which row of which view, and who runs it. */
export interface Asked {
  readonly engine: Engine;
  readonly view: ViewDefinition;
  /** The parsed settings of the view. */
  readonly settings: unknown;
  readonly row: ViewRow;
  readonly run: Run;
  /** What messages call the data. */
  readonly name: string;
}

const identifying = ['scope', 'user', 'resource', 'day'] as const;

/** The row's count where `file` is all that the source holds; records that repeat a value of `unique` count once. */
export async function rowCount({ engine, view, settings, row, run, name }: Asked, file: ScanFile, unique?: string): Promise<number> {
  if (file.bytes === 0) return 0;
  run.signal.throwIfAborted();
  const quiet: Run = { ...run, progress: () => {} };
  const only = rowView(view, row);
  let count = 0;
  try {
    const source = await engine.open({ kind: 'files', format: 'jsonl', files: [file], name, ...(unique !== undefined && { unique }) }, quiet);
    const relation = await (await source.view(only, settings, quiet)).project(only.output as Columns, quiet);
    for await (const batch of relation.batches(quiet)) count += countIn(batch, row);
    return count;
  } catch (error) {
    // A required column that none of these records has: then none of them is of the row.
    if (isByomlError(error) && error.code === 'COLUMNS_MISSING') return 0;
    throw error;
  }
}

/** The view with only its rows of the names. */
function rowView(view: ViewDefinition, row: ViewRow): ViewDefinition {
  const names = [...identifying, 'count'].filter((name) => name in view.output);
  return {
    ...view,
    output: Object.fromEntries(names.map((name) => [name, view.output[name] as z.ZodType])),
    sql: (d, settings) => `SELECT ${names.map((name) => d.ident(name)).join(', ')} FROM (${view.sql(d, settings)}) AS viewed${condition(d, row)}`,
  };
}

/** What NUL means in a literal differs among engines, so names with one are told apart afterwards. */
function condition(d: Dialect, { user, resource }: ViewRow): string {
  const wanted = Object.entries({ user, resource }).filter(([, name]) => !name.includes('\0'));
  return wanted.length === 0 ? '' : ` WHERE ${wanted.map(([name, text]) => `${d.ident(name)} = ${d.literal(text)}`).join(' AND ')}`;
}

function countIn({ length, columns }: Batch, row: ViewRow): number {
  const held = columns as Readonly<Record<string, Column<unknown> | undefined>>;
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (identifying.every((name) => held[name] === undefined || held[name].at(i) === row[name])) count += (held['count']?.at(i) as number | undefined) ?? 1;
  }
  return count;
}
