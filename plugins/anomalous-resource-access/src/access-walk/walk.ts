import type { AccessGraph } from '../graph/access-graph.ts';
import { grouped } from '../graph/csr.ts';
import { cancelled } from '../graph/erased-degrees.ts';
import type { Pacer } from '../graph/pacer.ts';
import type { Pairs } from '../graph/pairs.ts';
import { Departure } from './departure.ts';
import { hubTable, type HubTable } from './hub-table.ts';

/** Counts 3-hop paths u → j → v → r exactly: S = Σ_{v≠u} Σ_{j≠r} g_uj·g_vj·g_vr/(d_j·d_v) (detection.md, access-walk). */
export class Walk {
  readonly graph: AccessGraph;
  readonly #hubs: HubTable;
  /** g_vr/d_v, by resource. */
  readonly #shares: Float64Array;
  /** Σ_j g_uj²/d_j: the paths that return to u itself, per unit of g_ur. */
  readonly #userReturns: Float64Array;
  /** Σ_v g_vr²/d_v: the paths that use r itself, per unit of g_ur. */
  readonly #resourceReturns: Float64Array;

  constructor(graph: AccessGraph, hubs: number) {
    this.graph = graph;
    this.#hubs = hubTable(graph, hubs);
    const { byUser, byResource, userDegrees, resourceDegrees } = graph;
    this.#shares = byResource.values.map((g, e) => g / (userDegrees[byResource.columns[e] as number] as number));
    this.#userReturns = returns(byUser, resourceDegrees);
    this.#resourceReturns = returns(byResource, userDegrees);
  }

  /** S of every pair, in the graph without the pair. */
  async paths({ users, resources }: Pairs, pace: Pacer): Promise<Float64Array> {
    const paths = new Float64Array(users.length);
    const from = new Departure(this.graph, this.#hubs, this.#shares);
    const { starts, order } = grouped(users.map((user) => user + 1), this.graph.users.size + 1);
    for (let user = 0; user < this.graph.users.size; user++) {
      const [start, end] = [starts[user + 1] as number, starts[user + 2] as number];
      if (start === end) continue;
      from.depart(user);
      for (let i = start; i < end; i++) paths[order[i] as number] = this.#pathsOf(from, resources[order[i] as number] as number);
      from.leave();
      if (pace.due()) await pace.turn();
    }
    return paths;
  }

  #pathsOf(from: Departure, resource: number): number {
    if (resource < 0) return 0;
    const g = from.own[resource] as number;
    const all = from.pathsTo(resource);
    return g === 0 ? all : this.#erased(from, resource, g, all);
  }

  /** Takes the paths over the pair's own edge out of S; path by path where that cancels. */
  #erased(from: Departure, resource: number, g: number, all: number): number {
    const { graph } = this;
    const { user } = from;
    if (graph.accessesOf(user) === 1 || graph.usersOf(resource) === 1) return 0;
    const userShare = g / (graph.userDegrees[user] as number);
    const resourceShare = g / (graph.resourceDegrees[resource] as number);
    const rest = all - userShare * (this.#userReturns[user] as number) - resourceShare * (this.#resourceReturns[resource] as number) + userShare * resourceShare * g;
    return rest > cancelled * all ? rest : from.pathsAvoiding(resource);
  }
}

function returns({ starts, columns, values }: AccessGraph['byUser'], degrees: Float64Array): Float64Array {
  const sums = new Float64Array(starts.length - 1);
  for (let row = 0; row < sums.length; row++) {
    let sum = 0;
    for (let e = starts[row] as number; e < (starts[row + 1] as number); e++) sum += (values[e] as number) ** 2 / (degrees[columns[e] as number] as number);
    sums[row] = sum;
  }
  return sums;
}
