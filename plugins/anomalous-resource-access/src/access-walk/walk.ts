import type { AccessGraph } from '../graph/access-graph.ts';
import { grouped } from '../graph/csr.ts';
import type { Pacer } from '../graph/pacer.ts';
import type { Pairs } from '../graph/pairs.ts';
import { directPaths } from './direct.ts';
import { cancelled } from './erased.ts';
import { hubTable, type HubTable } from './hub-table.ts';

/** Per pair: S of the graph without the pair, and the pair's own weight g (0: no edge). */
export interface WalkSums {
  readonly paths: Float64Array;
  readonly weights: Float64Array;
}

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

  async sums({ users, resources }: Omit<Pairs, 'rows'>, pace: Pacer): Promise<WalkSums> {
    const sums = { paths: new Float64Array(users.length), weights: new Float64Array(users.length) };
    const from = new Departure(this.graph, this.#hubs, this.#shares);
    const { starts, order } = grouped(users.map((user) => user + 1), this.graph.users.size + 1);
    for (let user = 0; user < this.graph.users.size; user++) {
      const [start, end] = [starts[user + 1] as number, starts[user + 2] as number];
      if (start === end) continue;
      from.depart(user);
      for (let i = start; i < end; i++) this.#pair(from, resources, order[i] as number, sums);
      from.leave();
      if (pace.due()) await pace.turn();
    }
    return sums;
  }

  #pair(from: Departure, resources: Int32Array, pair: number, { paths, weights }: WalkSums): void {
    const resource = resources[pair] as number;
    if (resource < 0) return;
    const g = from.own[resource] as number;
    const all = from.pathsTo(resource);
    weights[pair] = g;
    paths[pair] = g === 0 ? all : this.#erased(from.user, resource, g, all);
  }

  /** Takes the paths over the pair's own edge out of S; path by path where that cancels. */
  #erased(user: number, resource: number, g: number, all: number): number {
    const { graph } = this;
    if (graph.accessesOf(user) === 1 || graph.usersOf(resource) === 1) return 0;
    const userShare = g / (graph.userDegrees[user] as number);
    const resourceShare = g / (graph.resourceDegrees[resource] as number);
    const rest = all - userShare * (this.#userReturns[user] as number) - resourceShare * (this.#resourceReturns[resource] as number) + userShare * resourceShare * g;
    return rest > cancelled * all ? rest : directPaths(graph, user, resource);
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

/** Paths that start at one user at a time; holds working memory for it. */
class Departure {
  readonly #graph: AccessGraph;
  readonly #hubs: HubTable;
  readonly #shares: Float64Array;
  /** g_ur of the user, by resource. */
  readonly own: Float64Array;
  /** h(v) = Σ_{j ∈ N(u) \ H} g_uj·g_vj/d_j, by user. */
  readonly #reached: Float64Array;
  #reachedReady = false;
  /** The user's hubs: place and g_uk/d_k. */
  readonly #places: Int32Array;
  readonly #placeWeights: Float64Array;
  #held = 0;
  user = -1;

  constructor(graph: AccessGraph, hubs: HubTable, shares: Float64Array) {
    this.#graph = graph;
    this.#hubs = hubs;
    this.#shares = shares;
    this.own = new Float64Array(graph.resources.size);
    this.#reached = new Float64Array(graph.users.size);
    this.#places = new Int32Array(hubs.width);
    this.#placeWeights = new Float64Array(hubs.width);
  }

  depart(user: number): void {
    const { byUser, resourceDegrees } = this.#graph;
    this.user = user;
    this.#held = 0;
    for (let e = byUser.starts[user] as number; e < (byUser.starts[user + 1] as number); e++) {
      const resource = byUser.columns[e] as number;
      const g = byUser.values[e] as number;
      this.own[resource] = g;
      const place = this.#hubs.places[resource] as number;
      if (place < 0) continue;
      this.#places[this.#held] = place;
      this.#placeWeights[this.#held++] = g / (resourceDegrees[resource] as number);
    }
  }

  leave(): void {
    const { byUser } = this.#graph;
    for (let e = byUser.starts[this.user] as number; e < (byUser.starts[this.user + 1] as number); e++) this.own[byUser.columns[e] as number] = 0;
    if (this.#reachedReady) this.#reached.fill(0);
    this.#reachedReady = false;
  }

  pathsTo(resource: number): number {
    const row = resource * this.#hubs.width;
    const { cells, places } = this.#hubs;
    let sum = 0;
    for (let i = 0; i < this.#held; i++) sum += (this.#placeWeights[i] as number) * (cells[row + (this.#places[i] as number)] as number);
    const place = places[resource] as number;
    return sum + (place < 0 ? this.#overReached(resource) : this.#overOwn(place));
  }

  #overReached(resource: number): number {
    if (!this.#reachedReady) this.#reach();
    const { starts, columns } = this.#graph.byResource;
    let sum = 0;
    for (let e = starts[resource] as number; e < (starts[resource + 1] as number); e++) sum += (this.#shares[e] as number) * (this.#reached[columns[e] as number] as number);
    return sum;
  }

  #overOwn(place: number): number {
    const { byUser, resourceDegrees } = this.#graph;
    const { cells, places, width } = this.#hubs;
    let sum = 0;
    for (let e = byUser.starts[this.user] as number; e < (byUser.starts[this.user + 1] as number); e++) {
      const shared = byUser.columns[e] as number;
      if ((places[shared] as number) < 0) sum += ((byUser.values[e] as number) / (resourceDegrees[shared] as number)) * (cells[shared * width + place] as number);
    }
    return sum;
  }

  #reach(): void {
    const { byUser, byResource, resourceDegrees } = this.#graph;
    this.#reachedReady = true;
    for (let e = byUser.starts[this.user] as number; e < (byUser.starts[this.user + 1] as number); e++) {
      const shared = byUser.columns[e] as number;
      if ((this.#hubs.places[shared] as number) >= 0) continue;
      const weight = (byUser.values[e] as number) / (resourceDegrees[shared] as number);
      for (let f = byResource.starts[shared] as number; f < (byResource.starts[shared + 1] as number); f++) {
        this.#reached[byResource.columns[f] as number]! += weight * (byResource.values[f] as number);
      }
    }
  }
}
