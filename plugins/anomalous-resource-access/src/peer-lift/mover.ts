import type { AggregateGraph } from './aggregate-graph.ts';
import { Neighbourhood } from './neighbourhood.ts';

/** Users' degrees, then resources' degrees, node by node: both are always read together. */
function interleaved({ userDegrees, resourceDegrees }: AggregateGraph): Float64Array {
  const degrees = new Float64Array(userDegrees.length * 2);
  for (let node = 0; node < userDegrees.length; node++) {
    degrees[2 * node] = userDegrees[node] as number;
    degrees[2 * node + 1] = resourceDegrees[node] as number;
  }
  return degrees;
}

/** Moves nodes between communities, which start as the nodes themselves. */
export class Mover {
  readonly #graph: AggregateGraph;
  readonly #labels: Int32Array;
  readonly #degrees: Float64Array;
  /** The same, added up by community. */
  readonly #sums: Float64Array;
  readonly #near: Neighbourhood;
  readonly #least: number;

  constructor(graph: AggregateGraph, labels: Int32Array) {
    this.#graph = graph;
    this.#labels = labels;
    this.#degrees = interleaved(graph);
    this.#sums = this.#degrees.slice();
    this.#near = new Neighbourhood(graph.size);
    this.#least = 1e-12 * graph.total;
  }

  /** Puts a node where modularity gains most; staying wins a tie, then the smaller label. Answers whether it moved. */
  move(node: number): boolean {
    const near = this.#near;
    const from = this.#labels[node] as number;
    near.add(this.#graph.edges, node, this.#labels);
    this.#shift(node, from, -1);
    const users = (this.#degrees[2 * node] as number) / this.#graph.total;
    const resources = (this.#degrees[2 * node + 1] as number) / this.#graph.total;
    const gain = (label: number): number => near.weightOf(label) - users * (this.#sums[2 * label + 1] as number) - resources * (this.#sums[2 * label] as number);
    let best = from;
    let bestGain = gain(from) + this.#least;
    for (let i = 0; i < near.count; i++) {
      const label = near.label(i);
      const found = gain(label);
      if (found > bestGain || (found === bestGain && label < best && best !== from)) [best, bestGain] = [label, found];
    }
    near.clear();
    this.#labels[node] = best;
    this.#shift(node, best, 1);
    return best !== from;
  }

  #shift(node: number, label: number, sign: number): void {
    this.#sums[2 * label]! += sign * (this.#degrees[2 * node] as number);
    this.#sums[2 * label + 1]! += sign * (this.#degrees[2 * node + 1] as number);
  }
}
