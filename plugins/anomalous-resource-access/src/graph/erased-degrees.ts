import type { AccessGraph } from './access-graph.ts';
import { entryOf, type Csr } from './csr.ts';
import type { Pairs } from './pairs.ts';

/** Below this part of the whole, a difference has lost too many digits: 1e-16 of the whole must stay under 1e-11 of the rest. */
export const cancelled = 1e-5;

/** A row's sum without the entry at `column` of weight g: exactly 0 when it is the only entry (settled 9), summed again where the subtraction cancels. */
function without(matrix: Csr, sums: Float64Array, row: number, column: number, g: number): number {
  const { starts, values } = matrix;
  const [start, end] = [starts[row] as number, starts[row + 1] as number];
  if (end - start === 1) return 0;
  const sum = sums[row] as number;
  const rest = sum - g;
  if (rest > cancelled * sum) return rest;
  const at = entryOf(matrix, row, column);
  let exact = 0;
  for (let e = start; e < end; e++) if (e !== at) exact += values[e] as number;
  return exact;
}

/** g_ur of pair i; 0 when it is no edge. */
const weightOf = ({ byUser }: AccessGraph, { edges }: Pairs, i: number): number => ((edges[i] as number) < 0 ? 0 : (byUser.values[edges[i] as number] as number));

/** d_u − g_ur of pair i; 0 for an unknown user. */
export function erasedUserDegree(graph: AccessGraph, pairs: Pairs, i: number): number {
  const user = pairs.users[i] as number;
  if ((pairs.edges[i] as number) < 0) return user < 0 ? 0 : (graph.userDegrees[user] as number);
  return without(graph.byUser, graph.userDegrees, user, pairs.resources[i] as number, weightOf(graph, pairs, i));
}

/** d_r − g_ur of pair i; 0 for an unknown resource. */
export function erasedResourceDegree(graph: AccessGraph, pairs: Pairs, i: number): number {
  const resource = pairs.resources[i] as number;
  if ((pairs.edges[i] as number) < 0) return resource < 0 ? 0 : (graph.resourceDegrees[resource] as number);
  return without(graph.byResource, graph.resourceDegrees, resource, pairs.users[i] as number, weightOf(graph, pairs, i));
}

/** D − g_ur of pair i. */
export const erasedTotal = (graph: AccessGraph, pairs: Pairs, i: number): number =>
  graph.edges === 1 && (pairs.edges[i] as number) >= 0 ? 0 : Math.max(0, graph.total - weightOf(graph, pairs, i));
