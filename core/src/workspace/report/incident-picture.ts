import type { Explanation } from '../../contracts/explanation.ts';
import { isoDay } from '../../detection/table/days.ts';
import type { IncidentPicture } from '../../reporting/index.ts';
import type { AlertRecord, IncidentRecord } from '../../state/index.ts';
import type { AccessCounts } from './access-counts.ts';

const shownPeers = 5;
const shownOdd = 6;
const shownUsual = 6;
const shownDays = 30;

/** Peers and shared resources that the explanations rest on, heaviest first. */
export function evidenceNames(alerts: readonly AlertRecord[]): { readonly peers: readonly string[]; readonly resources: readonly string[] } {
  const weights = { peer: new Map<string, number>(), resource: new Map<string, number>() };
  for (const { kind, name, weight } of alerts.flatMap(namedWeights)) weights[kind].set(name, (weights[kind].get(name) ?? 0) + weight);
  const ranked = (of: Map<string, number>): string[] => [...of].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return { peers: ranked(weights.peer), resources: ranked(weights.resource) };
}

const kinds = ['peer', 'resource'] as const;

/** What the terms of one alert name, each with its share of the whole. */
function namedWeights({ explanation }: AlertRecord): Array<{ kind: (typeof kinds)[number]; name: string; weight: number }> {
  const { terms = [] } = (explanation ?? {}) as Partial<Explanation>;
  const total = terms.reduce((sum, { value }) => sum + Math.abs(value), 0) || 1;
  return terms.flatMap(({ from, value }) => kinds.flatMap((kind) => (from[kind] === undefined ? [] : [{ kind, name: from[kind], weight: Math.abs(value) / total }])));
}

/** Users × resources around an incident, and its last 30 days. */
export function incidentPictureOf({ scope, day, users, resources }: IncidentRecord, alerts: readonly AlertRecord[], accesses: AccessCounts): IncidentPicture {
  const { peers, resources: shared } = evidenceNames(alerts);
  const shown = unique([...users.slice(0, shownPeers), ...peers.filter((peer) => !users.includes(peer)).slice(0, shownPeers)]);
  const usual = users.flatMap((user) => [...accesses.of(scope, user)].sort((a, b) => b[1] - a[1]).map(([resource]) => resource)).filter((resource) => !resources.includes(resource));
  const columns = unique([...resources.slice(0, shownOdd), ...unique([...shared.filter((name) => !resources.includes(name)), ...usual]).slice(0, shownUsual)]);
  const counts = shown.map((user) => {
    const of = accesses.of(scope, user);
    return columns.map((resource) => of.get(resource) ?? 0);
  });
  const odd = alerts.flatMap(({ user, resource }): Array<[number, number]> => {
    const cell: [number, number] = [shown.indexOf(user), columns.indexOf(resource)];
    return cell[0] < 0 || cell[1] < 0 ? [] : [cell];
  });
  return { matrix: { users: shown, resources: columns, counts, odd }, timeline: timelineOf(scope, users, day, alerts, accesses) };
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

function timelineOf(scope: string, users: readonly string[], last: number, alerts: readonly AlertRecord[], accesses: AccessCounts): IncidentPicture['timeline'] {
  const days = new Map<number, { usual: number; fresh: number; alerted: number }>();
  for (let day = last - shownDays + 1; day <= last; day++) days.set(day, { usual: 0, fresh: 0, alerted: 0 });
  const alerted = new Set(alerts.map(({ user, resource, day }) => `${user}\0${resource}\0${day}`));
  for (const user of users) {
    const met = new Set<string>();
    for (const { day, resource } of accesses.rows(scope, user)) {
      const at = days.get(day);
      const isAlert = alerted.has(`${user}\0${resource}\0${day}`);
      if (at && isAlert) at.alerted++;
      if (at && (isAlert || !met.has(resource))) at.fresh++;
      else if (at) at.usual++;
      met.add(resource);
    }
  }
  return [...days].map(([day, counts]) => ({ day: isoDay(day), ...counts }));
}
