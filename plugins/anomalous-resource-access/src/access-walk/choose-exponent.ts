import type { Run } from '@byoml/core';
import { auc, averagePrecision, credentialSwap } from '@byoml/core/evaluate';
import { keyedHash } from '@byoml/core/random';
import type { AccessGraph } from '../graph/access-graph.ts';
import { undated } from '../graph/accesses.ts';
import { graphOf } from '../graph/build-graph.ts';
import { rowsOf } from '../graph/csr.ts';
import type { ScopeInput } from '../graph/family.ts';
import { pacer } from '../graph/pacer.ts';
import { pairs } from '../graph/pairs.ts';
import { exponents, type Exponent } from './settings.ts';
import { surprisesOf } from './surprise.ts';
import { Walk } from './walk.ts';

const hiddenShare = 0.2;
const fewestAccesses = 5;
const mostPairs = 2048;
const fewestPairs = 50;
/** Part of the window whose new pairs are replayed. */
const replayedShare = 0.25;
const withoutEvidence: Exponent = 0.5;

interface IdPairs {
  readonly users: Int32Array;
  readonly resources: Int32Array;
}

interface Trial extends IdPairs {
  /** Scores the pairs as they were before they were seen. */
  readonly walk: Walk;
  /** Whether a pair, by ids of the walk's graph, was ever seen. */
  readonly exists: (user: number, resource: number) => boolean;
}

/**
 * b of a scope, from its own accesses (settled 11): the exponent that best tells real new pairs from swaps of them, by AUC + average
 * precision at 1:100. With days, the pairs first seen in the last quarter of the window are replayed against the state before;
 * else pairs of users with five or more are scored with their own edge erased.
 */
export async function chooseExponent(walk: Walk, input: ScopeInput, settings: { readonly halfLifeDays: number; readonly hubs: number }, run: Run): Promise<Exponent> {
  const trial = replayed(input, settings, run.seed) ?? hidden(walk, run.seed);
  const swaps = credentialSwap(trial.users, trial.resources, trial.exists, keyedHash(run.seed, 'exponent'));
  if (Math.min(trial.users.length, swaps.users.length) < fewestPairs) return withoutEvidence;
  const { graph } = trial.walk;
  const all = pairs(graph, concat(trial.users, swaps.users), concat(trial.resources, swaps.resources));
  const paths = await trial.walk.paths(all, pacer(run));
  const worth = (b: Exponent): number => {
    const surprises = surprisesOf(graph, all, paths, b);
    const [usual, odd] = [surprises.subarray(0, trial.users.length), surprises.subarray(trial.users.length)];
    return auc(odd, usual) + averagePrecision(odd, usual);
  };
  return exponents.map((b) => ({ b, worth: worth(b) })).reduce((best, next) => (next.worth > best.worth ? next : best)).b;
}

/** A pair's hash from those of its names: each name is hashed once. */
const pairHash = (user: number, resource: number): number => {
  const mixed = Math.imul(user ^ (user >>> 15), 0x85ebca6b) ^ resource;
  return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
};

const concat = (a: Int32Array, b: Int32Array): Int32Array => {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

/** Pairs of the candidates, at most about `mostPairs`, chosen by the hash of their names. */
function sample({ users, resources }: AccessGraph, candidates: IdPairs, share: number, seed: number): IdPairs {
  const limit = Math.min(share, mostPairs / Math.max(1, candidates.users.length)) * 2 ** 32;
  const userHashes = Int32Array.from(users.texts, (text) => keyedHash(seed, 'user', text));
  const resourceHashes = Int32Array.from(resources.texts, (text) => keyedHash(seed, 'resource', text));
  const kept: number[] = [];
  for (let i = 0; i < candidates.users.length; i++) {
    if (pairHash(userHashes[candidates.users[i] as number] as number, resourceHashes[candidates.resources[i] as number] as number) < limit) kept.push(i);
  }
  return at(candidates, kept);
}

const at = ({ users, resources }: IdPairs, rows: readonly number[]): IdPairs => ({ users: Int32Array.from(rows, (i) => users[i] as number), resources: Int32Array.from(rows, (i) => resources[i] as number) });

function hidden(walk: Walk, seed: number): Trial {
  const { graph } = walk;
  const chosen = sample(graph, { users: rowsOf(graph.byUser), resources: graph.byUser.columns }, hiddenShare, seed);
  const busy = Array.from(chosen.users.keys()).filter((i) => graph.accessesOf(chosen.users[i] as number) >= fewestAccesses);
  return { walk, ...at(chosen, busy), exists: (user, resource) => graph.edge(user, resource) >= 0 };
}

/** Undefined without days, or when too few pairs are new in the last part of the window. */
function replayed({ accesses, collection, graph }: ScopeInput, { halfLifeDays, hubs }: { readonly halfLifeDays: number; readonly hubs: number }, seed: number): Trial | undefined {
  if (accesses.lastDay === undated) return undefined;
  const first = accesses.firstDays();
  const start = first.reduce((least, day) => (day === undated ? least : Math.min(least, day)), accesses.lastDay);
  const until = accesses.lastDay - Math.floor((accesses.lastDay - start) * replayedShare);
  const coded = { users: accesses.pairs.users(), resources: accesses.pairs.resources(), userTexts: collection.users.texts, resourceTexts: collection.resources.texts };
  const added = at(coded, Array.from(first.keys()).filter((pair) => (first[pair] as number) > until));
  if (added.users.length < fewestPairs) return undefined;
  const before = graphOf({ ...coded, weights: accesses.weights(halfLifeDays, until) }, until);
  const ids = { users: added.users.map((code) => before.users.id(coded.userTexts[code] as string)), resources: added.resources.map((code) => before.resources.id(coded.resourceTexts[code] as string)) };
  const candidates = at(ids, Array.from(ids.users.keys()).filter((i) => (ids.users[i] as number) >= 0 && (ids.resources[i] as number) >= 0));
  const sorted = inNameOrder(candidates, before);
  if (sorted.users.length < fewestPairs) return undefined;
  const later = { users: before.users.texts.map((text) => graph.users.id(text)), resources: before.resources.texts.map((text) => graph.resources.id(text)) };
  const exists = (user: number, resource: number): boolean => graph.edge(later.users[user] as number, later.resources[resource] as number) >= 0;
  return { walk: new Walk(before, hubs), ...sample(before, sorted, 1, seed), exists };
}

/** Pairs in the order of their ids, so that swaps do not depend on the order of the rows. */
function inNameOrder({ users, resources }: IdPairs, graph: AccessGraph): IdPairs {
  const width = graph.resources.size;
  const keys = Float64Array.from(users, (user, i) => user * width + (resources[i] as number)).sort();
  return { users: Int32Array.from(keys, (key) => Math.floor(key / width)), resources: Int32Array.from(keys, (key) => key % width) };
}
