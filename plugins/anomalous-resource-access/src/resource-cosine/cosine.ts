import type { AccessGraph } from '../graph/access-graph.ts';
import { grouped, type Csr } from '../graph/csr.ts';
import type { Pacer } from '../graph/pacer.ts';
import type { Pairs } from '../graph/pairs.ts';

/**
 * Item-based collaborative filtering over who uses what (binary R): S(j, r) is the cosine of two resources' columns and
 * pred(u, r) = Σ_j R(u, j)·S(j, r)/Σ_j |S(j, r)|; the formula of `detect_anomalous_access_cf_fl` (sentinel.md §8.4) without its
 * rule that flags every known pair. A known pair is scored as if it had not been seen.
 */
export class ResourceCosine {
  readonly graph: AccessGraph;
  /** 1/√n_j by resource. */
  readonly #inverseRoots: Float64Array;
  /** Σ_{j ∈ N(v)} 1/√n_j by user. */
  readonly #reach: Float64Array;

  constructor(graph: AccessGraph) {
    this.graph = graph;
    this.#inverseRoots = Float64Array.from({ length: graph.resources.size }, (_, resource) => 1 / Math.sqrt(graph.usersOf(resource)));
    this.#reach = Float64Array.from({ length: graph.users.size }, (_, user) => this.#columns(graph.byUser, user).reduce((sum, resource) => sum + (this.#inverseRoots[resource] as number), 0));
  }

  /** 1 − pred of every pair, in [0, 1]; 1 where the user or the resource is unknown. */
  async surprises({ users, resources, edges }: Pairs, pace: Pacer): Promise<Float64Array> {
    const surprises = new Float64Array(users.length).fill(1);
    const shared = new Float64Array(this.graph.users.size);
    const { starts, order } = grouped(users.map((user) => user + 1), this.graph.users.size + 1);
    for (let user = 0; user < this.graph.users.size; user++) {
      const mine = order.subarray(starts[user + 1], starts[user + 2]);
      if (mine.length === 0) continue;
      this.#share(user, shared);
      for (const i of mine) if ((resources[i] as number) >= 0) surprises[i] = 1 - this.#prediction(user, resources[i] as number, (edges[i] as number) >= 0, shared);
      shared.fill(0);
      if (pace.due()) await pace.turn();
    }
    return surprises;
  }

  /** What each of the user's other resources adds to pred(u, r). */
  shares(user: number, resource: number): ReadonlyMap<number, number> {
    const { byUser, byResource } = this.graph;
    const known = this.graph.edge(user, resource) >= 0;
    const peers = this.#columns(byResource, resource).filter((peer) => peer !== user);
    const own = new Set(user < 0 ? [] : this.#columns(byUser, user));
    const sums = new Map<number, number>();
    for (const peer of peers) {
      for (const shared of this.#columns(byUser, peer)) {
        if (shared !== resource && own.has(shared)) sums.set(shared, (sums.get(shared) ?? 0) + (this.#inverseRoots[shared] as number));
      }
    }
    const total = peers.length === 0 ? 0 : this.#similarity(user, resource, known);
    return new Map([...sums].map(([shared, sum]) => [shared, sum / total]));
  }

  #columns({ starts, columns }: Csr, row: number): Int32Array {
    return row < 0 ? columns.subarray(0, 0) : columns.subarray(starts[row], starts[row + 1]);
  }

  /** Per user v: Σ_{j ∈ N(u) ∩ N(v)} 1/√n_j. */
  #share(user: number, shared: Float64Array): void {
    for (const resource of this.#columns(this.graph.byUser, user)) {
      for (const peer of this.#columns(this.graph.byResource, resource)) shared[peer]! += this.#inverseRoots[resource] as number;
    }
  }

  #prediction(user: number, resource: number, known: boolean, shared: Float64Array): number {
    if (known && this.graph.usersOf(resource) === 1) return 0;
    let sum = 0;
    for (const peer of this.#columns(this.graph.byResource, resource)) {
      if (peer !== user) sum += (shared[peer] as number) - (known ? (this.#inverseRoots[resource] as number) : 0);
    }
    return sum / this.#similarity(user, resource, known);
  }

  /** √n_r·Σ_j |S(j, r)|, without the pair when it is known. The factor cancels against the same one of the sums over R. */
  #similarity(user: number, resource: number, known: boolean): number {
    const { byResource } = this.graph;
    let sum = 0;
    let users = 0;
    for (const peer of this.#columns(byResource, resource)) {
      if (known && peer === user) continue;
      users++;
      sum += (this.#reach[peer] as number) - (this.#inverseRoots[resource] as number);
    }
    return sum + Math.sqrt(users);
  }
}
