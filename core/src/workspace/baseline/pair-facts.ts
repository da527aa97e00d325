import type { DictionaryColumn } from '../../contracts/columns.ts';
import { noDay } from '../../detection/table/days.ts';

/** Accesses by row, as columns. */
export interface AccessRows {
  readonly scope: DictionaryColumn;
  readonly user: DictionaryColumn;
  readonly resource: DictionaryColumn;
  readonly count: Float64Array;
  /** UTC days since 1970. */
  readonly days: Int32Array;
  /** Milliseconds since 1970, NaN where a row does not tell; null where no row does. */
  readonly firstSeen: Float64Array | null;
  readonly lastSeen: Float64Array | null;
  /** Of the user, where a directory tells; −1 in rows without one. */
  readonly department: DictionaryColumn | null;
}

/** Entities of a kind, each of one scope: the same name in two scopes is two. */
export interface Entities {
  readonly count: number;
  /** Codes in the dictionary of the rows. */
  readonly codes: Int32Array;
  readonly scopes: Int32Array;
  /** Entity → its pairs: those from `starts[e]` to `starts[e + 1]` of `pairs`. */
  readonly starts: Int32Array;
  readonly pairs: Int32Array;
}

/** What is known of each (scope, user, resource), by pair. */
export interface PairFacts {
  readonly count: number;
  /** Numbers of the entities. */
  readonly user: Int32Array;
  readonly resource: Int32Array;
  /** Distinct days, accesses, and when they were. */
  readonly days: Int32Array;
  readonly accesses: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly users: Entities;
  readonly resources: Entities;
}

const dayMs = 86_400_000;

/** Numbers for the distinct values of two codes, in order of first appearance. */
class Numbering {
  readonly #known = new Map<number, number>();
  readonly #width: number;
  readonly firsts: number[] = [];
  readonly seconds: number[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  of(first: number, second: number): number {
    const key = first * this.#width + second;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.firsts.length);
    this.firsts.push(first);
    this.seconds.push(second);
    return this.firsts.length - 1;
  }
}

/** Numbers grouped by key: those of key k are from `starts[k]` to `starts[k + 1]` of `members`, ascending. */
function grouped(keys: Int32Array, groups: number): { readonly starts: Int32Array; readonly members: Int32Array } {
  const starts = new Int32Array(groups + 1);
  for (const key of keys) starts[key + 1] = (starts[key + 1] as number) + 1;
  for (let key = 0; key < groups; key++) starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
  const next = starts.slice(0, groups);
  const members = new Int32Array(keys.length);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as number;
    members[next[key] as number] = at;
    next[key] = (next[key] as number) + 1;
  }
  return { starts, members };
}

function entities(numbering: Numbering, keys: Int32Array): Entities {
  const count = numbering.firsts.length;
  const { starts, members } = grouped(keys, count);
  return { count, scopes: Int32Array.from(numbering.firsts), codes: Int32Array.from(numbering.seconds), starts, pairs: members };
}

/** Adds the rows of each pair up; a row without a day, or with a count of 0, is no access. */
export function pairFacts(rows: AccessRows): PairFacts {
  const { scope, user, resource, count, days } = rows;
  const users = new Numbering(user.dictionary.length);
  const resources = new Numbering(resource.dictionary.length);
  const pairs = new Numbering(Math.max(1, scope.dictionary.length * resource.dictionary.length));
  const used = Int32Array.from({ length: count.length }, (_, row) => row).filter((row) => (count[row] as number) > 0 && days[row] !== noDay);
  const pairOf = new Int32Array(used.length);
  for (let at = 0; at < used.length; at++) {
    const row = used[at] as number;
    const within = scope.codes[row] as number;
    pairOf[at] = pairs.of(users.of(within, user.codes[row] as number), resources.of(within, resource.codes[row] as number));
  }
  const [userOf, resourceOf] = [Int32Array.from(pairs.firsts), Int32Array.from(pairs.seconds)];
  return { count: userOf.length, user: userOf, resource: resourceOf, ...summed(rows, used, pairOf, userOf.length), users: entities(users, userOf), resources: entities(resources, resourceOf) };
}

function summed({ count, days, firstSeen, lastSeen }: AccessRows, used: Int32Array, pairOf: Int32Array, pairs: number): Pick<PairFacts, 'days' | 'accesses' | 'first' | 'last'> {
  const { starts, members } = grouped(pairOf, pairs);
  const facts = { days: new Int32Array(pairs), accesses: new Float64Array(pairs), first: new Float64Array(pairs).fill(Infinity), last: new Float64Array(pairs).fill(-Infinity) };
  const at = (moments: Float64Array | null, row: number): number => {
    const moment = moments?.[row];
    return moment === undefined || Number.isNaN(moment) ? (days[row] as number) * dayMs : moment;
  };
  for (let pair = 0; pair < pairs; pair++) {
    const its = members.subarray(starts[pair], starts[pair + 1]);
    const seen = new Int32Array(its.length);
    for (let n = 0; n < its.length; n++) {
      const row = used[its[n] as number] as number;
      seen[n] = days[row] as number;
      facts.accesses[pair] = (facts.accesses[pair] as number) + (count[row] as number);
      facts.first[pair] = Math.min(facts.first[pair] as number, at(firstSeen, row));
      facts.last[pair] = Math.max(facts.last[pair] as number, at(lastSeen, row));
    }
    facts.days[pair] = distinct(seen);
  }
  return facts;
}

function distinct(numbers: Int32Array): number {
  numbers.sort();
  let found = 0;
  for (let at = 0; at < numbers.length; at++) if (at === 0 || numbers[at] !== numbers[at - 1]) found++;
  return found;
}
