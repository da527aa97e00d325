import type { Batch, Column, DictionaryColumn } from '../../contracts/columns.ts';
import { dictionaryColumn } from '../../contracts/dictionary.ts';

export type StoredColumns = Readonly<Record<string, Column<unknown>>>;

export const isText = (column: Column<unknown>): column is DictionaryColumn => 'codes' in column && 'dictionary' in column;

/** Rows by number (0-based), column by column; text keeps its dictionary. */
export function pick(columns: StoredColumns, rows: Int32Array): Batch {
  const picked = Object.entries(columns).map(([name, column]) => [name, pickColumn(column, rows)] as const);
  return { length: rows.length, columns: Object.fromEntries(picked) };
}

/** Rows `from` (inclusive) to `to` (exclusive), without copying typed arrays. */
export function slice(columns: StoredColumns, from: number, to: number): Batch {
  const cut = Object.entries(columns).map(([name, column]) => [name, sliceColumn(column, from, to)] as const);
  return { length: to - from, columns: Object.fromEntries(cut) };
}

function pickColumn(column: Column<unknown>, rows: Int32Array): Column<unknown> {
  if (isText(column)) return dictionaryColumn(gather(column.codes, rows, new Int32Array(rows.length)), column.dictionary);
  if (column instanceof Float64Array) return gather(column, rows, new Float64Array(rows.length));
  if (column instanceof Int32Array) return gather(column, rows, new Int32Array(rows.length));
  return Array.from(rows, (row) => column.at(row));
}

function gather<A extends Float64Array | Int32Array>(cells: A, rows: Int32Array, into: A): A {
  for (let i = 0; i < rows.length; i++) into[i] = cells[rows[i] as number] as number;
  return into;
}

function sliceColumn(column: Column<unknown>, from: number, to: number): Column<unknown> {
  if (isText(column)) return dictionaryColumn(column.codes.subarray(from, to), column.dictionary);
  if (column instanceof Float64Array || column instanceof Int32Array) return column.subarray(from, to);
  return Array.isArray(column) ? column.slice(from, to) : Array.from({ length: to - from }, (_, i) => column.at(from + i));
}
