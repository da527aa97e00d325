import type { Run } from '@byoml/core';
import { auc, averagePrecision, credentialSwap } from '@byoml/core/evaluate';
import { keyedHash } from '@byoml/core/random';
import { graphOf, type AccessGraph } from '../graph/access-graph.ts';
import { undated } from '../graph/accesses.ts';
import { rowsOf } from '../graph/csr.ts';
import type { ScopeInput } from '../graph/family.ts';
import { pacer } from '../graph/pacer.ts';
import { pairs } from '../graph/pairs.ts';
import { exponents, type Exponent } from './settings.ts';
import { surprisesOf } from './surprise.ts';
import { Walk } from './walk.ts';

const hiddenShare = 0.2;
const fewestAccesses = 5;
const mostPairs = 4096;
const fewestPairs = 50;
/** Part of the window whose new pairs are replayed. */
const replayedShare = 0.25;
const withoutEvidence: Exponent = 0.5;

interface Trial {
  /** Scores the pairs as they were before they were seen. */
  readonly walk: Walk;
  readonly users: Int32Array;
  readonly resources: Int32Array;
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
  const pace = pacer(run);
  const usual = pairs(graph, trial.users, trial.resources);
  const odd = pairs(graph, swaps.users, swaps.resources);
  const usualPaths = await trial.walk.paths(usual, pace);
  const oddPaths = await trial.walk.paths(odd, pace);
  const worth = (b: Exponent): number => {
    const found = surprisesOf(graph, odd, oddPaths, b);
    const benign = surprisesOf(graph, usual, usualPaths, b);
    return auc(found, benign) + averagePrecision(found, benign);
  };
  return exponents.map((b) => ({ b, worth: worth(b) })).reduce((best, next) => (next.worth > best.worth ? next : best)).b;
}

/** At most `mostPairs` of the candidates, chosen by the hash of their names. */
function sample({ users, resources }: AccessGraph, candidates: { readonly users: Int32Array; readonly resources: Int32Array }, share: number, seed: number): Pick<Trial, 'users' | 'resources'> {
  const limit = Math.min(share, mostPairs / Math.max(1, candidates.users.length)) * 2 ** 32;
  const keep = candidates.users.map((user, i) => (keyedHash(seed, users.texts[user] as string, resources.texts[candidates.resources[i] as number] as string) < limit ? 1 : 0));
  const kept = (ids: Int32Array): Int32Array => ids.filter((_, i) => keep[i] === 1);
  return { users: kept(candidates.users), resources: kept(candidates.resources) };
}

function hidden(walk: Walk, seed: number): Trial {
  const { graph } = walk;
  const owners = rowsOf(graph.byUser);
  const busy = owners.map((user) => (graph.accessesOf(user) >= fewestAccesses ? 1 : 0));
  const candidates = { users: owners.filter((_, e) => busy[e] === 1), resources: graph.byUser.columns.filter((_, e) => busy[e] === 1) };
  return { walk, ...sample(graph, candidates, hiddenShare, seed), exists: (user, resource) => graph.edge(user, resource) >= 0 };
}

/** Undefined without days, or when too few pairs are new in the last part of the window. */
function replayed({ accesses, collection, graph }: ScopeInput, { halfLifeDays, hubs }: { readonly halfLifeDays: number; readonly hubs: number }, seed: number): Trial | undefined {
  if (accesses.lastDay === undated) return undefined;
  const first = accesses.firstDays();
  const start = first.reduce((least, day) => (day === undated ? least : Math.min(least, day)), accesses.lastDay);
  const until = accesses.lastDay - Math.floor((accesses.lastDay - start) * replayedShare);
  const isNew = first.map((day) => (day > until ? 1 : 0));
  if (isNew.reduce((sum, one) => sum + one, 0) < fewestPairs) return undefined;
  const coded = { users: accesses.pairs.users(), resources: accesses.pairs.resources(), userTexts: collection.users.texts, resourceTexts: collection.resources.texts };
  const before = graphOf({ ...coded, weights: accesses.weights(halfLifeDays, until) }, until);
  const ids = {
    users: coded.users.map((code, pair) => (isNew[pair] === 1 ? before.users.id(coded.userTexts[code] as string) : -1)),
    resources: coded.resources.map((code, pair) => (isNew[pair] === 1 ? before.resources.id(coded.resourceTexts[code] as string) : -1)),
  };
  const candidates = { users: ids.users.filter((user, pair) => user >= 0 && (ids.resources[pair] as number) >= 0), resources: ids.resources.filter((resource, pair) => resource >= 0 && (ids.users[pair] as number) >= 0) };
  const sorted = inNameOrder(candidates, before);
  if (sorted.users.length < fewestPairs) return undefined;
  const later = { users: before.users.texts.map((text) => graph.users.id(text)), resources: before.resources.texts.map((text) => graph.resources.id(text)) };
  const exists = (user: number, resource: number): boolean => graph.edge(later.users[user] as number, later.resources[resource] as number) >= 0;
  return { walk: new Walk(before, hubs), ...sample(before, sorted, 1, seed), exists };
}

/** Pairs in the order of their ids, so that swaps do not depend on the order of the rows. */
function inNameOrder({ users, resources }: Pick<Trial, 'users' | 'resources'>, graph: AccessGraph): Pick<Trial, 'users' | 'resources'> {
  const width = graph.resources.size;
  const keys = Float64Array.from(users, (user, i) => user * width + (resources[i] as number)).sort();
  return { users: Int32Array.from(keys, (key) => Math.floor(key / width)), resources: Int32Array.from(keys, (key) => key % width) };
}
