import type { AccessGraph } from '../graph/access-graph.ts';
import type { Pairs } from '../graph/pairs.ts';
import type { Level } from './level.ts';

export interface LiftSettings {
  /** m: how many users' worth a group's parent counts. */
  readonly smoothing: number;
  /** k: at this degree of the user a lift counts half. */
  readonly trust: number;
}

export const liftDefaults: LiftSettings = { smoothing: 10, trust: 5 };

/** How much rarity counts: only enough to order pairs that their groups say the same about. */
export const rarityShare = 0.01;

/** Hears of every rung on the way from the scope to the user's closest group. */
export type OnRung = (level: Level, group: number, found: { readonly size: number; readonly users: number; readonly lift: number }) => void;

/**
 * How much likelier a user's groups are to use a resource than everybody is, every pair as if it had not been seen.
 * p_G(r) = (n_Gr + m·p_parent(r))/(n_G + m), lift = ln p_G(r) − ln p_scope(r), weight k/(k + d_u) (detection.md, peer-lift).
 * surprise = −weight·lift − 0.01·ln p_scope(r).
 */
export class PeerLift {
  readonly graph: AccessGraph;
  /** Most specific first. */
  readonly levels: readonly Level[];
  readonly #settings: LiftSettings;

  constructor(graph: AccessGraph, levels: readonly Level[], settings: LiftSettings = liftDefaults) {
    this.graph = graph;
    this.levels = levels;
    this.#settings = settings;
  }

  /** Surprise of every pair; `groups` holds, level by level, the group of each pair's user, −1 for none. `degrees` are d_u without the pair. */
  surprises(pairs: Pairs, groups: readonly Int32Array[], degrees: (pair: number) => number): Float64Array {
    return Float64Array.from(pairs.users, (_, pair) => {
      const scope = this.scopeShare(pairs, pair);
      const lift = Math.log(this.climb(pairs, pair, groups, scope) / scope);
      return -this.weight(degrees(pair)) * lift - rarityShare * Math.log(scope);
    });
  }

  weight(degree: number): number {
    return this.#settings.trust / (this.#settings.trust + degree);
  }

  /** p_scope(r), smoothed towards a resource nobody has used yet. */
  scopeShare({ users, resources, edges }: Pairs, pair: number): number {
    const { graph } = this;
    const { smoothing: m } = this.#settings;
    const [user, resource] = [users[pair] as number, resources[pair] as number];
    const own = (edges[pair] as number) < 0 ? 0 : 1;
    const gone = own === 1 && graph.usersOf(resource) === 1 ? 1 : 0;
    const count = resource < 0 ? 0 : graph.usersOf(resource) - own;
    return (count + m / (graph.resources.size - gone + 1)) / (graph.users.size - (own === 1 ? this.#lonely(user) : 0) + m);
  }

  /** p_G(r) of the closest group, climbing from `scope`. */
  climb({ users, resources, edges }: Pairs, pair: number, groups: readonly Int32Array[], scope: number, onRung?: OnRung): number {
    const { smoothing: m } = this.#settings;
    const [user, resource] = [users[pair] as number, resources[pair] as number];
    const own = (edges[pair] as number) >= 0;
    let p = scope;
    for (let i = this.levels.length - 1; i >= 0; i--) {
      const level = this.levels[i] as Level;
      const group = (groups[i] as Int32Array)[pair] as number;
      if (group < 0) continue;
      const inside = own && level.members[user] === group;
      const found = level.usersOf(group, resource) - (inside ? 1 : 0);
      const size = (level.sizes[group] as number) - (inside ? this.#lonely(user) : 0);
      const next = (found + m * p) / (size + m);
      onRung?.(level, group, { size, users: found, lift: Math.log(next) - Math.log(p) });
      p = next;
    }
    return p;
  }

  /** 1 when the user would not be known without the pair. */
  #lonely(user: number): number {
    return this.graph.accessesOf(user) === 1 ? 1 : 0;
  }
}
