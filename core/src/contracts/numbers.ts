import type { Column } from './columns.ts';

/** The column as floats, without copying when it already is; an empty cell is NaN. Use it before a hot loop. */
export function numbers(column: Column<number>): Float64Array {
  if (column instanceof Float64Array) return column;
  if (ArrayBuffer.isView(column)) return Float64Array.from(column as Iterable<number>);
  return Float64Array.from({ length: column.length }, (_, i) => column.at(i) ?? Number.NaN);
}
