import type { AccessGraph } from '../graph/access-graph.ts';
import type { Csr } from '../graph/csr.ts';
import { Neighbourhood } from './neighbourhood.ts';

/** A weighted graph whose nodes stand for sets of users and resources. */
export class AggregateGraph {
  readonly edges: Csr;
  /** Σ d_u of a node's users. */
  readonly userDegrees: Float64Array;
  /** Σ d_r of a node's resources. */
  readonly resourceDegrees: Float64Array;
  readonly total: number;

  constructor(edges: Csr, userDegrees: Float64Array, resourceDegrees: Float64Array, total: number) {
    this.edges = edges;
    this.userDegrees = userDegrees;
    this.resourceDegrees = resourceDegrees;
    this.total = total;
  }

  get size(): number {
    return this.userDegrees.length;
  }

  /** The graph whose nodes are the groups of this one's nodes; edges within a group vanish. */
  merged({ starts, order }: { readonly starts: Int32Array; readonly order: Int32Array }): AggregateGraph {
    const count = starts.length - 1;
    const labels = new Int32Array(this.size);
    for (let group = 0; group < count; group++) for (const node of order.subarray(starts[group], starts[group + 1])) labels[node] = group;
    const sum = (degrees: Float64Array): Float64Array => degrees.reduce((sums, degree, node) => ((sums[labels[node] as number]! += degree), sums), new Float64Array(count));
    return new AggregateGraph(this.#mergedEdges(starts, order, labels), sum(this.userDegrees), sum(this.resourceDegrees), this.total);
  }

  #mergedEdges(starts: Int32Array, order: Int32Array, labels: Int32Array): Csr {
    const count = starts.length - 1;
    const mergedStarts = new Int32Array(count + 1);
    const columns: number[] = [];
    const values: number[] = [];
    const near = new Neighbourhood(count);
    for (let group = 0; group < count; group++) {
      for (const node of order.subarray(starts[group], starts[group + 1])) near.add(this.edges, node, labels);
      for (const label of near.labels()) {
        if (label === group) continue;
        columns.push(label);
        values.push(near.weightOf(label));
      }
      near.clear();
      mergedStarts[group + 1] = columns.length;
    }
    return { starts: mergedStarts, columns: Int32Array.from(columns), values: Float64Array.from(values) };
  }
}

/** Users first, then resources; every edge is listed at both ends. */
export function bipartite({ byUser, byResource, userDegrees, resourceDegrees, total }: AccessGraph): AggregateGraph {
  const users = userDegrees.length;
  const edges = byUser.columns.length;
  const size = users + resourceDegrees.length;
  const starts = new Int32Array(size + 1);
  starts.set(byUser.starts);
  for (let resource = 0; resource < resourceDegrees.length; resource++) starts[users + resource + 1] = edges + (byResource.starts[resource + 1] as number);
  const columns = new Int32Array(edges * 2);
  columns.set(byUser.columns.map((resource) => users + resource));
  columns.set(byResource.columns, edges);
  const values = new Float64Array(edges * 2);
  values.set(byUser.values);
  values.set(byResource.values, edges);
  const ofUsers = new Float64Array(size);
  ofUsers.set(userDegrees);
  const ofResources = new Float64Array(size);
  ofResources.set(resourceDegrees, users);
  return new AggregateGraph({ starts, columns, values }, ofUsers, ofResources, total);
}
