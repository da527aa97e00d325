import type { AccessGraph } from '../graph/access-graph.ts';
import type { HubTable } from './hub-table.ts';

/** Paths that start at one user at a time; holds working memory for it. */
export class Departure {
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

  /** S to a resource without the pair's own edge, path by path: exact where the closed form cancels. */
  pathsAvoiding(resource: number): number {
    const { byUser, byResource, resourceDegrees } = this.#graph;
    let sum = 0;
    for (let e = byResource.starts[resource] as number; e < (byResource.starts[resource + 1] as number); e++) {
      const peer = byResource.columns[e] as number;
      if (peer === this.user) continue;
      let met = 0;
      for (let f = byUser.starts[peer] as number; f < (byUser.starts[peer + 1] as number); f++) {
        const shared = byUser.columns[f] as number;
        const own = this.own[shared] as number;
        if (own > 0 && shared !== resource) met += (own * (byUser.values[f] as number)) / (resourceDegrees[shared] as number);
      }
      sum += met * (this.#shares[e] as number);
    }
    return sum;
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
