import type { AccessGraph } from '../graph/access-graph.ts';
import type { Pacer } from '../graph/pacer.ts';
import type { Pairs } from '../graph/pairs.ts';
import { erasedDegrees, surpriseOf } from './erased.ts';
import type { Exponent } from './settings.ts';
import { Walk, type WalkSums } from './walk.ts';

/** What access-walk knows of one scope. */
export class WalkScope {
  readonly graph: AccessGraph;
  readonly b: Exponent;
  readonly walk: Walk;

  constructor(graph: AccessGraph, b: Exponent, hubs: number) {
    this.graph = graph;
    this.b = b;
    this.walk = new Walk(graph, hubs);
  }

  async surprises(pairs: Pairs, pace: Pacer): Promise<Float64Array> {
    return surprisesOf(this.graph, pairs, await this.walk.sums(pairs, pace), this.b);
  }
}

export const surprisesOf = (graph: AccessGraph, { users, resources }: Omit<Pairs, 'rows'>, { paths, weights }: WalkSums, b: number): Float64Array =>
  paths.map((sum, i) => surpriseOf(sum, erasedDegrees(graph, users[i] as number, resources[i] as number, weights[i] as number), b));
