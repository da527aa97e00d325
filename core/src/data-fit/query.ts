import { z } from 'zod';
import { rows, type Columns, type Row } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import type { Dialect, Predicate, ViewDefinition } from '../contracts/view.ts';

/** One SELECT over `source`, which holds these columns of the data; what the data lacks is NULL there. */
interface Query<Out extends Columns> {
  readonly columns: Columns;
  readonly where?: readonly Predicate[];
  readonly output: Out;
  readonly sql: (dialect: Dialect) => string;
}

const noSettings = z.strictObject({});

/** A query as a view, so that any engine runs it. */
export const asView = <Out extends Columns>({ columns, where = [], output, sql }: Query<Out>): ViewDefinition => ({
  id: 'data-fit', summary: 'A look at the data', settings: noSettings, table: 'source', columns, where, output, sql: (dialect) => sql(dialect),
});

/** The rows of a small answer. */
export async function answer<Out extends Columns>(relation: Relation, query: Query<Out>, run: Run): Promise<Array<Row<Out>>> {
  const found: Array<Row<Out>> = [];
  for await (const batch of (await relation.view(asView(query), {}, run)).batches(run)) found.push(...(rows(batch) as Iterable<Row<Out>>));
  return found;
}

/** Columns of these names that hold whatever the data has, as text. */
export const texts = (names: readonly string[]): Columns => Object.fromEntries(names.map((name) => [name, z.string().optional()]));
