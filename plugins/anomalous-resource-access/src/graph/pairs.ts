import { dictionary, type Batch, type Column } from '@byoml/core';
import { grouped } from './csr.ts';
import type { AccessGraph } from './access-graph.ts';

/** Pairs of one graph by id (−1: not in the graph), and the rows of the batch they came from. */
export interface Pairs {
  readonly rows: Int32Array;
  readonly users: Int32Array;
  readonly resources: Int32Array;
}

/** The rows of each scope of a batch; a batch without a scope column is of scope ''. */
export function rowsByScope({ length, columns }: Batch): ReadonlyArray<readonly [string, Int32Array]> {
  const scope = (columns as Readonly<Record<string, Column<string> | undefined>>)['scope'];
  const every = Int32Array.from({ length }, (_, row) => row);
  if (scope === undefined) return [['', every]];
  const { codes, dictionary: texts } = dictionary(scope);
  if (codes.every((code) => code === codes[0])) return [[texts[codes[0] ?? -1] ?? '', every]];
  const { starts, order } = grouped(codes.map((code) => code + 1), texts.length + 1);
  return ['', ...texts].map((name, key) => [name, order.subarray(starts[key], starts[key + 1])] as const).filter(([, rows]) => rows.length > 0);
}

/** The ids of a batch's rows in a graph. */
export function pairsOf(graph: AccessGraph, { columns }: Batch, rows: Int32Array): Pairs {
  const { user, resource } = columns as { user: Column<string>; resource: Column<string> };
  return { rows, users: graph.users.ids(user, rows), resources: graph.resources.ids(resource, rows) };
}
