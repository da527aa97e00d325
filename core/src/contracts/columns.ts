import type { z } from 'zod';

/** The shape of a table: column name → the zod schema of one cell. A column whose schema is `.optional()` may be absent. */
export type Columns = Readonly<Record<string, z.ZodType>>;

/** One cell of a column, after parsing. */
export type Cell<C extends z.ZodType> = z.output<C>;

/**
 * A column of cells. Deliberately what arrays, typed arrays and Arrow vectors already are, so data moves between
 * a source, an algorithm and a sink without being copied into rows.
 */
export interface Column<T> extends Iterable<T> {
  readonly length: number;
  at(index: number): T | null | undefined;
}

/** Text as integers: `codes[i]` indexes `dictionary`; −1 is an empty cell. Engines deliver every text column like this. */
export interface DictionaryColumn extends Column<string> {
  readonly codes: Int32Array;
  /** Distinct texts. Batches of one pass share the same array, so a lookup made for it serves them all. */
  readonly dictionary: readonly string[];
}

type OptionalNames<C extends Columns> = { [Name in keyof C]: undefined extends Cell<C[Name]> ? Name : never }[keyof C];

/** A slice of a table, stored by column. Every column has `length` cells. */
export interface Batch<C extends Columns = Columns> {
  readonly length: number;
  readonly columns: { readonly [Name in Exclude<keyof C, OptionalNames<C>>]: Column<Cell<C[Name]>> } & {
    readonly [Name in OptionalNames<C>]?: Column<Exclude<Cell<C[Name]>, undefined>>;
  };
}

/** A table as a stream. Iterating it again starts a fresh pass. */
export type Batches<C extends Columns = Columns> = AsyncIterable<Batch<C>>;

/** One row, for rules, messages and tests; hot paths stay on columns. */
export type Row<C extends Columns> = { readonly [Name in keyof C]: Cell<C[Name]> };

/** A batch of the given columns, which must be equally long. */
export function batch<C extends Columns>(columns: Batch<C>['columns']): Batch<C> {
  const [first] = Object.values<Column<unknown>>(columns as Record<string, Column<unknown>>);
  return { length: first?.length ?? 0, columns };
}

/** Rows one at a time, for rules and tests. */
export function* rows<C extends Columns>({ length, columns }: Batch<C>): Iterable<Row<C>> {
  const entries = Object.entries(columns) as Array<[string, Column<unknown>]>;
  for (let i = 0; i < length; i++) yield Object.fromEntries(entries.map(([name, column]) => [name, column.at(i)])) as Row<C>;
}
