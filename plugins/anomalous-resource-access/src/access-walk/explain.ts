import type { Explanation, Reason, Term } from '@byoml/core';
import type { AccessGraph } from '../graph/access-graph.ts';
import type { Task } from '../graph/family.ts';
import { pairNames, type PairNames } from '../peer-lift/explain.ts';
import { contrast, isCommon, type Contrast } from './contrast.ts';
import { eachPath } from './paths.ts';
import type { Exponent } from './settings.ts';
import { floorOf, normaliser } from './surprise.ts';

/** Terms named one by one; the smaller ones are one term together. */
const mostTerms = 1000;
const mostReasons = 3;

interface Path {
  readonly peer: number;
  readonly shared: number;
  readonly value: number;
}

/** Sums by key, largest first; ties by key. */
function ranked(paths: readonly Path[], key: (path: Path) => number): ReadonlyArray<readonly [number, number]> {
  const sums = new Map<number, number>();
  for (const path of paths) sums.set(key(path), (sums.get(key(path)) ?? 0) + path.value);
  return [...sums].sort(([a, x], [b, y]) => y - x || a - b);
}

function termsOf(graph: AccessGraph, paths: readonly Path[]): Term[] {
  const named = paths.slice(0, mostTerms).map(({ peer, shared, value }) => ({ from: { peer: graph.users.texts[peer] as string, resource: graph.resources.texts[shared] as string }, value }));
  const rest = paths.slice(mostTerms);
  if (rest.length === 0) return named;
  return [...named, { from: { paths: `${rest.length} smaller ones` }, value: rest.reduce((sum, { value }) => sum + value, 0), merged: rest.length }];
}

const verb = (count: number): string => (count === 1 ? 'touches' : 'touch');

function contrastOf({ here, usual }: Contrast, { user, resource }: PairNames): string {
  if (here.users === 0) return `Nobody but ${user} uses ${resource}`;
  const first = `${here.touching} of ${here.users} ${here.users === 1 ? 'user' : 'users'} of ${resource} ${verb(here.touching)} other resources of ${user}`;
  return usual === undefined ? first : `${first}; for usual accesses of ${user} it is ${usual.touching} of ${usual.users}`;
}

function contrastReason(found: Contrast, names: PairNames): Reason {
  const { here, usual } = found;
  const usualFacts = usual === undefined ? {} : { usualTouching: usual.touching, usualUsers: usual.users };
  return { kind: 'usual-accesses', sentence: `${contrastOf(found, names)}.`, facts: { touching: here.touching, users: here.users, ...usualFacts } };
}

function linksReason(graph: AccessGraph, paths: readonly Path[], names: PairNames): Reason | undefined {
  const links = paths.filter(({ shared }) => !isCommon(graph, shared));
  if (links.length === 0) return undefined;
  const peers = ranked(links, ({ peer }) => peer).slice(0, mostReasons).map(([peer]) => graph.users.texts[peer] as string);
  const resources = ranked(links, ({ shared }) => shared).slice(0, mostReasons).map(([shared]) => graph.resources.texts[shared] as string);
  const share = links.reduce((sum, { value }) => sum + value, 0);
  return { kind: 'shared-resource', sentence: `${names.user} is linked to ${names.resource} by ${peers.join(', ')} through ${resources.join(', ')}.`, facts: { peers, resources, share } };
}

/** Why a pair has its s: every path u → j → v → r with its exact share, and what an analyst should know of them. */
export function explainWalk(graph: AccessGraph, task: Task, i: number, b: Exponent): Explanation {
  const [user, resource] = [task.pairs.users[i] as number, task.pairs.resources[i] as number];
  const names = pairNames(task, i);
  const scale = normaliser(graph, task.pairs, i, b);
  const paths: Path[] = [];
  eachPath(graph, user, resource, (peer, shared, term) => paths.push({ peer, shared, value: term * scale }));
  paths.sort((x, y) => y.value - x.value || x.peer - y.peer || x.shared - y.shared);
  const terms = termsOf(graph, paths);
  const found = contrast(graph, user, resource);
  const nobody: Reason = { kind: 'no-path', sentence: `Nobody who shares anything with ${names.user} uses ${names.resource}.`, facts: {} };
  const links = paths.length === 0 ? nobody : linksReason(graph, paths, names);
  const lead = paths.length === 0 && found.here.users > 0 ? `Nobody who shares anything with ${names.user} uses ${names.resource}: ` : '';
  return {
    explains: 'surprise',
    exact: true,
    quantity: 's',
    total: terms.reduce((sum, { value }) => sum + value, 0),
    scale: { kind: 'negative-log', floor: floorOf(graph, task.pairs, i) },
    terms,
    reasons: [...(links === undefined ? [] : [links]), contrastReason(found, names)],
    sentence: `${lead}${contrastOf(found, names)}.`,
  };
}
