import { dictionary, type Batch, type Column } from '@byoml/core';
import type { AccessGraph } from './access-graph.ts';
import { grouped } from './csr.ts';

/** Pairs of one graph by id (−1: not in the graph). */
export interface Pairs {
  readonly users: Int32Array;
  readonly resources: Int32Array;
  /** Where each pair is among the graph's edges; −1 when it is none. */
  readonly edges: Int32Array;
}

/** The rows of each scope of a batch; a batch without a scope column is of scope ''. */
export function rowsByScope({ length, columns }: Batch): ReadonlyArray<readonly [string, Int32Array]> {
  const scope = (columns as Readonly<Record<string, Column<string> | undefined>>)['scope'];
  const every = Int32Array.from({ length }, (_, row) => row);
  if (scope === undefined || length === 0) return [['', every]];
  const { codes, dictionary: texts } = dictionary(scope);
  if (codes.every((code) => code === codes[0])) return [[texts[codes[0] as number] ?? '', every]];
  const { starts, order } = grouped(codes.map((code) => code + 1), texts.length + 1);
  return ['', ...texts].map((name, key) => [name, order.subarray(starts[key], starts[key + 1])] as const).filter(([, rows]) => rows.length > 0);
}

export const pairs = (graph: AccessGraph, users: Int32Array, resources: Int32Array): Pairs => ({
  users,
  resources,
  edges: users.map((user, i) => graph.edge(user, resources[i] as number)),
});

/** The pairs of a batch's rows in a graph. */
export function pairsOf(graph: AccessGraph, { columns }: Batch, rows: Int32Array): Pairs {
  const { user, resource } = columns as { user: Column<string>; resource: Column<string> };
  return pairs(graph, graph.users.ids(user, rows), graph.resources.ids(resource, rows));
}
