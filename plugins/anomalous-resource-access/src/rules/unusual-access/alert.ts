import type { Alert, Row, Severity, Status } from '@byoml/core';
import type { columns } from './columns.ts';
import { shown } from './shown.ts';

type ScoredAccess = Row<typeof columns>;

const why: Readonly<Record<Status, string>> = {
  known: 'which this user is known to use',
  scored: 'which is new for this user',
  unconnected: 'which nobody who shares accesses with this user uses',
  'new-user': 'and no accesses of this user were known before',
  'new-resource': 'which nobody was known to use before',
  'new-both': 'and neither of them was known before',
};

const dayMs = 86_400_000;
const lastDay = 100_000_000;

const dayText = (day: number): string => (Math.abs(day) > lastDay ? `day ${day}` : new Date(day * dayMs).toISOString().slice(0, 10));

const english = (count: number): string => Math.round(count).toLocaleString('en-US');

const rarity = (pValue: number): string => (Math.round(1 / pValue) <= 1 ? 'every new access is as unusual' : `1 in ${english(1 / pValue)} new accesses is as unusual`);

/** Hosts that a row names, each once. */
const hostsOf = ({ sourceHosts }: ScoredAccess): readonly string[] => [...new Set((sourceHosts ?? []).filter((host) => host !== ''))];

function placeOf(hosts: readonly string[]): string {
  if (hosts.length === 0) return '';
  return hosts.length === 1 ? ` from ${shown(hosts[0] as string)}` : ` from ${english(hosts.length)} hosts`;
}

/** What an analyst is told of one scored access. */
export function alertOf(row: ScoredAccess, severity: Severity): Alert {
  const [user, resource] = [shown(row.user), shown(row.resource)];
  const hosts = hostsOf(row);
  const often = `${english(row.count)} ${Math.round(row.count) === 1 ? 'time' : 'times'} on ${dayText(row.day)}${placeOf(hosts)}`;
  return {
    severity,
    title: `Unusual access of ${user} to ${resource}`,
    message: `${user} accessed ${resource}, ${why[row.status]} (${often}): ${rarity(row.pValue)}.`,
    entities: { account: row.user, resource: row.resource, ...(hosts.length === 1 && { host: hosts[0] as string }) },
    // −ln p: 0 for the most ordinary row, and finite since p > 0.
    score: Math.log(1 / row.pValue),
  };
}
