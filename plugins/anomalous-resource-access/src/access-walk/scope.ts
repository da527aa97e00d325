import { statuses, type Explanation } from '@byoml/core';
import type { AccessGraph } from '../graph/access-graph.ts';
import type { ScopeModel, Task } from '../graph/family.ts';
import type { Pacer } from '../graph/pacer.ts';
import { erasedStatusOf } from '../graph/status.ts';
import { explainLift } from '../peer-lift/explain.ts';
import { PeerScope } from '../peer-lift/scope.ts';
import type { PeerLift } from '../peer-lift/lift.ts';
import { explainWalk } from './explain.ts';
import type { Exponent } from './settings.ts';
import { surprisesOf } from './surprise.ts';
import type { Walk } from './walk.ts';

export const walkFile = 'walk.json';

/** What access-walk knows of one scope: paths for whom it knows, and peer-lift for whom it does not (settled 14). */
export class WalkScope implements ScopeModel {
  readonly graph: AccessGraph;
  readonly b: Exponent;
  readonly walk: Walk;
  readonly #peers: PeerScope;

  constructor(walk: Walk, b: Exponent, lift: PeerLift) {
    this.graph = walk.graph;
    this.b = b;
    this.walk = walk;
    this.#peers = new PeerScope(lift);
  }

  async scores(task: Task, pace: Pacer): Promise<readonly Float64Array[]> {
    const paths = await this.walk.paths(task.pairs, pace);
    return [surprisesOf(this.graph, task.pairs, paths, this.b), this.#peers.surprises(task)];
  }

  /** Rows without a path class (new or unconnected) are ordered by `coldSurprise`, so that is what explains them. */
  async explain(task: Task, i: number): Promise<Explanation> {
    const walks = statuses[erasedStatusOf(this.graph, task.pairs, i)] === 'scored' || (task.pairs.edges[i] as number) >= 0;
    return walks ? explainWalk(this.graph, task, i, this.b) : explainLift(this.#peers.lift, task, i, 'coldSurprise');
  }

  files(): ReadonlyArray<readonly [string, Uint8Array]> {
    return [[walkFile, new TextEncoder().encode(`${JSON.stringify({ b: this.b })}\n`)], ...this.#peers.files()];
  }

  memberships(): ReturnType<ScopeModel['memberships']> {
    return this.#peers.memberships();
  }
}
