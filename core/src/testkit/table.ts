import assert from 'node:assert/strict';
import { z } from 'zod';
import { cellType } from '../contracts/cells.ts';
import { batch, type Batch, type Batches, type Column, type Columns, type DictionaryColumn } from '../contracts/columns.ts';
import { dictionary, dictionaryColumn } from '../contracts/dictionary.ts';

/** A row as an author writes it: columns with a default may be left out. */
export type InputRow<C extends Columns> = z.input<z.ZodObject<C>>;

/** A row after parsing, for the kit's own use. */
export type Cells = Readonly<Record<string, unknown>>;

/** The rows with defaults filled in; an assertion error names the row that does not fit. */
export function parseRows(columns: Columns, rows: readonly object[]): Cells[] {
  const schema = z.object(columns);
  return rows.map((row, i) => {
    const parsed = schema.safeParse(row);
    assert.ok(parsed.success, `row ${i + 1} of the fixture: ${parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
    return parsed.data;
  });
}

interface Encoding {
  /** Texts in reverse order of appearance, behind one that no row uses: another copy of the same data. */
  readonly reversed?: boolean;
}

const missing = (cell: unknown): boolean => cell === undefined || cell === null;

function column(schema: z.ZodType, cells: readonly unknown[], { reversed = false }: Encoding): Column<unknown> {
  const type = cellType(schema);
  if (type === 'text') return encoded(cells as Array<string | undefined>, reversed);
  if (!(type === 'number' || type === 'integer' || type === 'day')) return cells as Column<unknown>;
  const whole = type !== 'number' && !cells.some(missing);
  return whole ? Int32Array.from(cells as number[]) : Float64Array.from(cells, (cell) => (missing(cell) ? Number.NaN : (cell as number)));
}

function encoded(cells: ReadonlyArray<string | undefined>, reversed: boolean): DictionaryColumn {
  const plain = dictionary(cells as Column<string>);
  if (!reversed) return plain;
  const last = plain.dictionary.length;
  const codes = plain.codes.map((code) => (code < 0 ? code : last - code));
  return dictionaryColumn(codes, ['nobody', ...plain.dictionary.toReversed()]);
}

/** Rows as an engine delivers them: text as dictionary columns, numbers as typed arrays, optional columns nobody fills absent. */
export function table<C extends Columns>(columns: C, rows: ReadonlyArray<InputRow<C>>, encoding: Encoding = {}): Batch<C> {
  const parsed = parseRows(columns, rows);
  const held: Record<string, Column<unknown>> = {};
  for (const [name, schema] of Object.entries(columns)) {
    const cells = parsed.map((row) => row[name]);
    if (schema.safeParse(undefined).success && cells.every(missing) && cells.length > 0) continue;
    held[name] = column(schema, cells, encoding);
  }
  return { ...batch(held as never), length: parsed.length } as Batch<C>;
}

const picked = (from: Column<unknown>, rows: readonly number[]): Column<unknown> => {
  if ('codes' in from && 'dictionary' in from) return dictionaryColumn(Int32Array.from(rows, (row) => (from as DictionaryColumn).codes[row] ?? -1), (from as DictionaryColumn).dictionary);
  if (from instanceof Int32Array) return Int32Array.from(rows, (row) => from[row] as number);
  if (from instanceof Float64Array) return Float64Array.from(rows, (row) => from[row] as number);
  return rows.map((row) => from.at(row));
};

/** The named rows of a batch, in that order, with the same dictionaries. */
export const take = <C extends Columns>(from: Batch<C>, rows: readonly number[]): Batch<C> => ({
  length: rows.length,
  columns: Object.fromEntries(Object.entries(from.columns).map(([name, held]) => [name, picked(held as Column<unknown>, rows)])) as never,
});

/** Consecutive parts of at most `size` rows, as an engine cuts them. */
export const cut = <C extends Columns>(from: Batch<C>, size: number): Batch<C>[] =>
  Array.from({ length: Math.ceil(from.length / size) }, (_, part) => take(from, range(part * size, Math.min(from.length, (part + 1) * size))));

export const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** The cells of every column as plain arrays, copied. */
export const cells = (of: Batch): Record<string, unknown[]> =>
  Object.fromEntries(Object.entries<Column<unknown>>(of.columns as Record<string, Column<unknown>>).map(([name, held]) => [name, Array.from({ length: of.length }, (_, i) => held.at(i) ?? undefined)]));

/** Batches as a source that can be read again from the start. */
export const replay = <C extends Columns>(...parts: ReadonlyArray<Batch<C>>): Batches<C> => ({
  async *[Symbol.asyncIterator]() {
    yield* parts;
  },
});
