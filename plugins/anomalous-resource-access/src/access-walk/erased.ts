import type { AccessGraph } from '../graph/access-graph.ts';
import { entryOf, type Csr } from '../graph/csr.ts';

/** Below this part of the whole, a difference has lost too many digits. */
export const cancelled = 1e-3;

/** A row's sum without the entry at `column` of weight g: exactly 0 when it is the only entry (settled 9), summed again where the subtraction cancels. */
function without({ starts, columns, values }: Csr, sums: Float64Array, row: number, column: number): number {
  const [start, end] = [starts[row] as number, starts[row + 1] as number];
  if (end - start === 1) return 0;
  const at = entryOf({ starts, columns, values }, row, column);
  const sum = sums[row] as number;
  const rest = sum - (values[at] as number);
  if (rest > cancelled * sum) return rest;
  let exact = 0;
  for (let e = start; e < end; e++) if (e !== at) exact += values[e] as number;
  return exact;
}

/** Degrees as they are without the pair's own edge. */
export interface ErasedDegrees {
  /** d_u − g_ur; 0 for an unknown user. */
  readonly user: number;
  /** d_r − g_ur; 0 for an unknown resource. */
  readonly resource: number;
  /** D − g_ur. */
  readonly total: number;
}

export function erasedDegrees(graph: AccessGraph, user: number, resource: number, g: number): ErasedDegrees {
  if (g === 0) return { user: graph.userDegrees[user] ?? 0, resource: graph.resourceDegrees[resource] ?? 0, total: graph.total };
  return {
    user: without(graph.byUser, graph.userDegrees, user, resource),
    resource: without(graph.byResource, graph.resourceDegrees, resource, user),
    total: graph.edges === 1 ? 0 : Math.max(0, graph.total - g),
  };
}

/** x^(−power), with 0^(−power) := 0. */
const inversePower = (x: number, power: number): number => (x === 0 ? 0 : x ** -power);

/** What S is multiplied with to give s: (d_u − g)^(−1/2)·(d_r − g)^(−b). */
export const normaliser = (degrees: ErasedDegrees, b: number): number => inversePower(degrees.user, 0.5) * inversePower(degrees.resource, b);

/** −ln(s + floor), floor = 1e-12·(d_r + ln 2)/(D + ln 2): finite without any path, and then ordered by rarity. */
export const surpriseOf = (paths: number, degrees: ErasedDegrees, b: number): number =>
  -Math.log(paths * normaliser(degrees, b) + (1e-12 * (degrees.resource + Math.LN2)) / (degrees.total + Math.LN2));
