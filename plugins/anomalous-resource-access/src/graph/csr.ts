/** A sparse matrix by rows: row i holds `columns[starts[i] … starts[i + 1])`, ascending, with `values` beside them. */
export interface Csr {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Groups entries by `keys` (each below `count`) and keeps their order within a group. */
export function grouped(keys: Int32Array, count: number): { readonly starts: Int32Array; readonly order: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const key of keys) starts[key + 1] = (starts[key + 1] as number) + 1;
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const next = starts.slice(0, count);
  const order = new Int32Array(keys.length);
  for (let entry = 0; entry < keys.length; entry++) {
    const key = keys[entry] as number;
    order[next[key] as number] = entry;
    next[key] = (next[key] as number) + 1;
  }
  return { starts, order };
}

/** The row of every entry. */
export function rowsOf({ starts, columns }: Pick<Csr, 'starts' | 'columns'>): Int32Array {
  const rows = new Int32Array(columns.length);
  for (let row = 0; row + 1 < starts.length; row++) rows.fill(row, starts[row], starts[row + 1]);
  return rows;
}

/** The same matrix by columns, of which there are `count`. */
export function transposed(matrix: Csr, count: number): Csr {
  const { starts, order } = grouped(matrix.columns, count);
  const rows = rowsOf(matrix);
  const columns = new Int32Array(order.length);
  const values = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) {
    columns[i] = rows[order[i] as number] as number;
    values[i] = matrix.values[order[i] as number] as number;
  }
  return { starts, columns, values };
}

/** The sum of every row. */
export function rowSums({ starts, values }: Csr): Float64Array {
  const sums = new Float64Array(starts.length - 1);
  for (let row = 0; row < sums.length; row++) {
    let sum = 0;
    for (let e = starts[row] as number; e < (starts[row + 1] as number); e++) sum += values[e] as number;
    sums[row] = sum;
  }
  return sums;
}

/** Where (row, column) is; −1 when it is not. */
export function entryOf({ starts, columns }: Csr, row: number, column: number): number {
  let low = starts[row] as number;
  let high = (starts[row + 1] as number) - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = columns[middle] as number;
    if (found === column) return middle;
    if (found < column) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
