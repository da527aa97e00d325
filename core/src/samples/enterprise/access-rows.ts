/** Accesses by column: row i is `count` records of one kind within a few minutes of one UTC day. Sorted by time. */
export interface AccessColumns {
  readonly length: number;
  /** Codes into `users`, `resources`, `hosts`. */
  readonly user: Int32Array;
  readonly resource: Int32Array;
  readonly host: Int32Array;
  /** UTC day number. */
  readonly day: Int32Array;
  /** Milliseconds since 1970 of the first record. */
  readonly time: Float64Array;
  readonly count: Int32Array;
  /** Code into `paths` of the file opened (event 5145); −1: the share was opened (event 5140). */
  readonly path: Int32Array;
  /** Number of the campaign that planted the row; −1: benign. */
  readonly campaign: Int32Array;
}

/** One row of `AccessColumns`, before it is benign or planted. */
export interface AccessRow {
  readonly user: number;
  readonly resource: number;
  readonly host: number;
  readonly time: number;
  readonly count: number;
  readonly path: number;
}

const dayMs = 86_400_000;

/** Benign and planted rows as columns, by time; at the same time benign ones first, in the order they were made. */
export function accessColumns(benign: readonly AccessRow[], planted: ReadonlyArray<AccessRow & { readonly campaign: number }>): AccessColumns {
  const rows = [...benign, ...planted];
  const times = Float64Array.from(rows, ({ time }) => time);
  const order = Int32Array.from(rows.keys()).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const column = (of: (row: AccessRow) => number): Int32Array => Int32Array.from(order, (i) => of(rows[i] as AccessRow));
  return {
    length: rows.length,
    user: column(({ user }) => user),
    resource: column(({ resource }) => resource),
    host: column(({ host }) => host),
    day: column(({ time }) => Math.floor(time / dayMs)),
    time: Float64Array.from(order, (i) => times[i] as number),
    count: column(({ count }) => count),
    path: column(({ path }) => path),
    campaign: Int32Array.from(order, (i) => planted[i - benign.length]?.campaign ?? -1),
  };
}
