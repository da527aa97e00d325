import type { AccessGraph } from '../graph/access-graph.ts';
import { erasedResourceDegree, erasedTotal, erasedUserDegree } from '../graph/erased-degrees.ts';
import type { Pairs } from '../graph/pairs.ts';
import type { Exponent } from './settings.ts';

/** 1/√x, with 0^(−1/2) := 0. */
const inverseRoot = (x: number): number => (x === 0 ? 0 : 1 / Math.sqrt(x));

/** x^(−b), with 0^(−b) := 0. Roots rather than powers, which are several times slower. */
const inversePower: Readonly<Record<Exponent, (x: number) => number>> = {
  0.5: inverseRoot,
  0.75: (x) => (x === 0 ? 0 : 1 / Math.sqrt(x * Math.sqrt(x))),
  1: (x) => (x === 0 ? 0 : 1 / x),
};

/** What S of pair i is multiplied with to give s: (d_u − g)^(−1/2)·(d_r − g)^(−b). */
export const normaliser = (graph: AccessGraph, pairs: Pairs, i: number, b: Exponent): number =>
  inverseRoot(erasedUserDegree(graph, pairs, i)) * inversePower[b](erasedResourceDegree(graph, pairs, i));

/** 1e-12·(d_r + ln 2)/(D + ln 2): keeps a surprise finite without any path, and such rows ordered by rarity. */
export const floorOf = (graph: AccessGraph, pairs: Pairs, i: number): number =>
  (1e-12 * (erasedResourceDegree(graph, pairs, i) + Math.LN2)) / (erasedTotal(graph, pairs, i) + Math.LN2);

/** −ln(s + floor). `paths` are the pairs' S. */
export const surprisesOf = (graph: AccessGraph, pairs: Pairs, paths: Float64Array, b: Exponent): Float64Array =>
  paths.map((sum, i) => -Math.log((sum === 0 ? 0 : sum * normaliser(graph, pairs, i, b)) + floorOf(graph, pairs, i)));
