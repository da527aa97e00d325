import { batch, type Batch, type DictionaryColumn } from '../../contracts/columns.ts';
import { dictionaryColumn } from '../../contracts/dictionary.ts';
import type { AccessRows, Entities, PairFacts } from './pair-facts.ts';
import { pairFacts } from './pair-facts.ts';
import { peersOf, type Peers } from './peers.ts';
import type { Run } from '../../contracts/run.ts';

/** A resource that no more users than these use is rare. */
const rareUsers = 2;
/** So is, for a user, a resource that takes less than this part of the user's accesses. */
const rareShare = 0.001;
/** A resource that less than this part of a user's peers use is rare among them. */
const rarePeers = 0.1;

/** The table as one batch, by scope, user and resource; and how many pairs there were before the oldest were left out. */
export interface LookupTable {
  readonly batch: Batch;
  readonly pairs: number;
}

/**
 * One row per (scope, user, resource). `share` is the part of the user's accesses that are of the resource. `isRare`: at most 2 users use the resource, or its
 * share is below 0.001. `peerRare`: fewer than one in ten of the user's peers use it, or the user has none (`peersOf` says who they are). The lines are byoml's
 * own; what they tell is what UEBA calls uncommon, and uncommon among peers. Of more pairs than `maxRows` those that were seen last are kept.
 */
export async function lookupTable(rows: AccessRows, maxRows: number, run: Run): Promise<LookupTable> {
  const facts = pairFacts(rows);
  const ranks = { scope: ranksOf(rows.scope.dictionary), user: ranksOf(rows.user.dictionary), resource: ranksOf(rows.resource.dictionary) };
  const rankOf = facts.users.codes.map((code) => ranks.user[code] as number);
  const peers = await peersOf({ facts, rankOf, departments: departmentsOf(rows, facts.users), run });
  const kept = latest(facts, maxRows).sort((a, b) => {
    const [one, other] = [facts.user[a] as number, facts.user[b] as number];
    const resource = (pair: number): number => ranks.resource[facts.resources.codes[facts.resource[pair] as number] as number] as number;
    return (ranks.scope[facts.users.scopes[one] as number] as number) - (ranks.scope[facts.users.scopes[other] as number] as number) || (rankOf[one] as number) - (rankOf[other] as number) || resource(a) - resource(b);
  });
  return { batch: tableOf(rows, facts, peers, kept), pairs: facts.count };
}

/** Code → place of its text among all. */
function ranksOf(texts: readonly string[]): Int32Array {
  const order = Int32Array.from(texts.keys()).sort((a, b) => ((texts[a] as string) < (texts[b] as string) ? -1 : 1));
  const ranks = new Int32Array(texts.length);
  for (let rank = 0; rank < order.length; rank++) ranks[order[rank] as number] = rank;
  return ranks;
}

/** User → department, as the last of their rows that tells it says. */
function departmentsOf({ department, scope, user }: AccessRows, users: Entities): Int32Array {
  const departments = new Int32Array(users.count).fill(-1);
  if (!department) return departments;
  const width = user.dictionary.length;
  const told = new Map<number, number>();
  for (let row = 0; row < department.codes.length; row++) {
    const code = department.codes[row] as number;
    if (code >= 0 && department.dictionary[code] !== '') told.set((scope.codes[row] as number) * width + (user.codes[row] as number), code);
  }
  return departments.map((_, of) => told.get((users.scopes[of] as number) * width + (users.codes[of] as number)) ?? -1);
}

function latest({ count, last }: PairFacts, most: number): Int32Array {
  const pairs = Int32Array.from({ length: count }, (_, pair) => pair);
  return count <= most ? pairs : pairs.sort((a, b) => (last[b] as number) - (last[a] as number) || a - b).subarray(0, most);
}

function tableOf(rows: AccessRows, facts: PairFacts, { peers, using }: Peers, kept: Int32Array): Batch {
  const { users, resources, user, resource, accesses, days, first, last } = facts;
  const sizeOf = ({ starts }: Entities, of: number): number => (starts[of + 1] as number) - (starts[of] as number);
  const totals = new Float64Array(users.count);
  for (let pair = 0; pair < facts.count; pair++) totals[user[pair] as number] = (totals[user[pair] as number] as number) + (accesses[pair] as number);
  const share = (pair: number): number => (accesses[pair] as number) / (totals[user[pair] as number] as number);
  const usersOf = (pair: number): number => sizeOf(resources, resource[pair] as number);
  const text = (of: DictionaryColumn, code: (pair: number) => number): DictionaryColumn => dictionaryColumn(kept.map(code), of.dictionary);
  const integers = (of: (pair: number) => number): Int32Array => kept.map(of);
  const reals = (of: (pair: number) => number): Float64Array => Float64Array.from(kept, of);
  return batch({
    scope: text(rows.scope, (pair) => users.scopes[user[pair] as number] as number),
    user: text(rows.user, (pair) => users.codes[user[pair] as number] as number),
    resource: text(rows.resource, (pair) => resources.codes[resource[pair] as number] as number),
    firstSeen: Array.from(kept, (pair) => new Date(first[pair] as number).toISOString()),
    lastSeen: Array.from(kept, (pair) => new Date(last[pair] as number).toISOString()),
    days: integers((pair) => days[pair] as number),
    count: reals((pair) => accesses[pair] as number),
    share: reals(share),
    usersOfResource: integers(usersOf),
    resourcesOfUser: integers((pair) => sizeOf(users, user[pair] as number)),
    isRare: Array.from(kept, (pair) => usersOf(pair) <= rareUsers || share(pair) < rareShare),
    peers: integers((pair) => peers[pair] as number),
    peersUsing: integers((pair) => using[pair] as number),
    peerRare: Array.from(kept, (pair) => peers[pair] === 0 || (using[pair] as number) / (peers[pair] as number) < rarePeers),
  });
}
