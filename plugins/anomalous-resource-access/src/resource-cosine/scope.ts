import type { Explanation } from '@byoml/core';
import type { AccessGraph } from '../graph/access-graph.ts';
import type { ScopeModel, Task } from '../graph/family.ts';
import type { Pacer } from '../graph/pacer.ts';
import { explainCosine } from './explain.ts';
import { ResourceCosine } from './cosine.ts';

/** What resource-cosine knows of one scope. */
export class CosineScope implements ScopeModel {
  readonly graph: AccessGraph;
  readonly #cosine: ResourceCosine;

  constructor(graph: AccessGraph) {
    this.graph = graph;
    this.#cosine = new ResourceCosine(graph);
  }

  async scores({ pairs }: Task, pace: Pacer): Promise<readonly Float64Array[]> {
    return [await this.#cosine.surprises(pairs, pace)];
  }

  async explain(task: Task, i: number): Promise<Explanation> {
    return explainCosine(this.#cosine, task, i);
  }

  files(): readonly [] {
    return [];
  }

  memberships(): readonly [] {
    return [];
  }
}
