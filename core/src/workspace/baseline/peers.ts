import { turn } from '../../detection/turn.ts';
import type { Run } from '../../contracts/run.ts';
import type { PairFacts } from './pair-facts.ts';

/** By pair. */
export interface Peers {
  /** How many peers the user has. */
  readonly peers: Int32Array;
  /** How many of them use the resource. */
  readonly using: Int32Array;
}

/** The most users that are peers by what they use. */
const mostPeers = 20;
/** A resource that more users than these have in common tells nothing about who is like whom. */
const hubUsers = 200;

interface Asked {
  readonly facts: PairFacts;
  /** User → place among all users by name, which settles ties. */
  readonly rankOf: Int32Array;
  /** User → department; −1 where no directory tells. */
  readonly departments: Int32Array;
  readonly run: Run;
}

/**
 * Peers of a user are the others of the same department and scope, where a directory tells it. Otherwise they are the 20 users with whom the user has the most
 * resources in common, not counting those that more than 200 users use; of equals, those with the fewer resources of their own, then by name.
 */
export async function peersOf({ facts, rankOf, departments, run }: Asked): Promise<Peers> {
  const peers: Peers = { peers: new Int32Array(facts.count), using: new Int32Array(facts.count) };
  byDepartment(facts, departments, peers);
  const search = new PeerSearch(facts, rankOf);
  for (let user = 0; user < facts.users.count; user++) {
    if (user % 256 === 0) {
      await turn(run);
      run.progress({ done: user, total: facts.users.count, unit: 'users' });
    }
    if (departments[user] === -1) search.into(user, peers);
  }
  run.progress({ done: facts.users.count, total: facts.users.count, unit: 'users' });
  return peers;
}

/** Counts colleagues instead of listing them: a department may be half of the company. */
function byDepartment({ count, user, resource, users, resources }: PairFacts, departments: Int32Array, into: Peers): void {
  const most = departments.reduce((highest, department) => Math.max(highest, department), -1) + 1;
  const scopes = users.scopes.reduce((highest, scope) => Math.max(highest, scope), 0) + 1;
  const members = new Int32Array(most * scopes);
  const group = (of: number): number => (departments[of] as number) * scopes + (users.scopes[of] as number);
  for (let of = 0; of < users.count; of++) if (departments[of] !== -1) counted(members, group(of));
  const using = new Map<number, number>();
  const key = (pair: number): number => (departments[user[pair] as number] as number) * resources.count + (resource[pair] as number);
  for (let pair = 0; pair < count; pair++) if (departments[user[pair] as number] !== -1) using.set(key(pair), (using.get(key(pair)) ?? 0) + 1);
  for (let pair = 0; pair < count; pair++) {
    const of = user[pair] as number;
    if (departments[of] === -1) continue;
    into.peers[pair] = (members[group(of)] as number) - 1;
    into.using[pair] = (using.get(key(pair)) as number) - 1;
  }
}

/** One more at that place; the number there now. */
const counted = (counts: Int32Array, at: number): number => (counts[at] = (counts[at] as number) + 1);

class PeerSearch {
  readonly #facts: PairFacts;
  readonly #rankOf: Int32Array;
  /** User → resources in common with the user who is looked at; zero between two searches, like `#using`. */
  readonly #common: Int32Array;
  readonly #using: Int32Array;

  constructor(facts: PairFacts, rankOf: Int32Array) {
    this.#facts = facts;
    this.#rankOf = rankOf;
    this.#common = new Int32Array(facts.users.count);
    this.#using = new Int32Array(facts.resources.count);
  }

  into(user: number, peers: Peers): void {
    const { users, resource } = this.#facts;
    const chosen = this.#chosen(user);
    const touched: number[] = [];
    for (const peer of chosen)
      for (let at = users.starts[peer] as number; at < (users.starts[peer + 1] as number); at++) {
        const used = resource[users.pairs[at] as number] as number;
        if (counted(this.#using, used) === 1) touched.push(used);
      }
    for (let at = users.starts[user] as number; at < (users.starts[user + 1] as number); at++) {
      const pair = users.pairs[at] as number;
      peers.peers[pair] = chosen.length;
      peers.using[pair] = this.#using[resource[pair] as number] as number;
    }
    for (const used of touched) this.#using[used] = 0;
  }

  #chosen(user: number): readonly number[] {
    const common = this.#common;
    const found = this.#count(user);
    const border = this.#border(found);
    const size = (of: number): number => (this.#facts.users.starts[of + 1] as number) - (this.#facts.users.starts[of] as number);
    const near = found.filter((other) => (common[other] as number) >= border);
    near.sort((a, b) => (common[b] as number) - (common[a] as number) || size(a) - size(b) || (this.#rankOf[a] as number) - (this.#rankOf[b] as number));
    for (const other of found) common[other] = 0;
    return near.slice(0, mostPeers);
  }

  /** Counts resources in common, and names those who have any. */
  #count(user: number): number[] {
    const { users, resources, resource, user: userOf } = this.#facts;
    const found: number[] = [];
    for (let at = users.starts[user] as number; at < (users.starts[user + 1] as number); at++) {
      const of = resource[users.pairs[at] as number] as number;
      const [from, to] = [resources.starts[of] as number, resources.starts[of + 1] as number];
      if (to - from > hubUsers) continue;
      for (let n = from; n < to; n++) {
        const other = userOf[resources.pairs[n] as number] as number;
        if (other !== user && counted(this.#common, other) === 1) found.push(other);
      }
    }
    return found;
  }

  /** The least number in common that a peer can have: sorting all who were found would take longer than finding them. */
  #border(found: readonly number[]): number {
    const having: number[] = [];
    for (const other of found) {
      const common = this.#common[other] as number;
      having[common] = (having[common] ?? 0) + 1;
    }
    let left = mostPeers;
    for (let common = having.length - 1; common > 0; common--) {
      left -= having[common] ?? 0;
      if (left <= 0) return common;
    }
    return 1;
  }
}
