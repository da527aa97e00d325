import type { Column, Explanation, Reason, Term } from '@byoml/core';
import { erasedUserDegree } from '../graph/erased-degrees.ts';
import type { Task } from '../graph/family.ts';
import { groupsOf } from './ladder.ts';
import type { Level } from './level.ts';
import { rarityShare, type PeerLift } from './lift.ts';

export interface PairNames {
  readonly user: string;
  readonly resource: string;
}

export function pairNames({ batch, rows }: Task, i: number): PairNames {
  const { user, resource } = batch.columns as unknown as Record<'user' | 'resource', Column<string>>;
  return { user: user.at(rows[i] as number) ?? '', resource: resource.at(rows[i] as number) ?? '' };
}

interface Rung {
  readonly level: Level;
  readonly group: string;
  readonly size: number;
  readonly users: number;
  readonly lift: number;
}

const place = ({ level, group }: Rung, { user }: PairNames): string => (level.name === 'community' ? `users who share accesses with ${user}` : `users of ${level.name} ${group}`);

const use = (count: number): string => (count === 1 ? 'uses' : 'use');

function sentenceOf(names: PairNames, rungs: readonly Rung[], everybody: { readonly users: number; readonly size: number }): string {
  const { users, size } = everybody;
  const closest = rungs.at(-1);
  const inAll = `${users} of all ${size} users ${use(users)} ${names.resource}`;
  if (users === 0) return `Nobody has used ${names.resource} before.`;
  if (closest === undefined) return `No group of ${names.user} is known; ${inAll}.`;
  return `${closest.users} of ${closest.size} ${place(closest, names)} ${use(closest.users)} ${names.resource}, against ${users} of all ${size} users.`;
}

/** Why a pair has its lift: each rung's exact share of the surprise, and one for rarity. */
export function explainLift(lift: PeerLift, task: Task, i: number, explains: Explanation['explains']): Explanation {
  const { pairs, batch, rows } = task;
  const { graph, levels } = lift;
  const names = pairNames(task, i);
  const one = { users: pairs.users.subarray(i, i + 1), resources: pairs.resources.subarray(i, i + 1), edges: pairs.edges.subarray(i, i + 1) };
  const rungs: Rung[] = [];
  const scope = lift.scopeShare(one, 0);
  lift.climb(one, 0, groupsOf(levels, batch, rows.subarray(i, i + 1), one.users), scope, (level, group, found) => rungs.push({ level, group: level.groups.texts[group] as string, ...found }));
  const weight = lift.weight(erasedUserDegree(graph, one, 0));
  const terms: Term[] = rungs.map((rung) => ({ from: { [rung.level.name]: rung.group }, value: -weight * rung.lift }));
  terms.push({ from: { rarity: names.resource }, value: -rarityShare * Math.log(scope) });
  const own = (one.edges[0] as number) < 0 ? 0 : 1;
  const resource = one.resources[0] as number;
  const users = (resource < 0 ? 0 : graph.usersOf(resource)) - own;
  const sentence = sentenceOf(names, rungs, { users, size: graph.users.size });
  return { explains, exact: true, quantity: explains, total: terms.reduce((sum, { value }) => sum + value, 0), terms, reasons: rungs.map((rung) => reasonOf(rung, names)), sentence };
}

const reasonOf = (rung: Rung, names: PairNames): Reason => ({
  kind: 'peer-group',
  sentence: `${rung.users} of ${rung.size} ${place(rung, names)} ${use(rung.users)} ${names.resource}.`,
  facts: { level: rung.level.name, group: rung.group, users: rung.users, size: rung.size, lift: rung.lift },
});
