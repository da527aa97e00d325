import type { Column } from '../../contracts/columns.ts';
import { isText } from '../../detection/table/pick.ts';
import type { History } from '../../detection/daily/history.ts';
import type { RunPicture } from '../../reporting/index.ts';
import type { AlertRecord } from '../../state/index.ts';

const groupColumns = ['department', 'team', 'manager', 'title', 'scope'] as const;
const shownGroups = 8;
/** A resource belongs to the group that makes at least this part of its accesses. */
const ownShare = 0.5;
const others = 'other accounts';
const nobody = 'accounts without a group';
const everybody = 'used by several groups';

type Flow = RunPicture['flow'];

/**
 * Accesses of one day from groups of accounts (department, else team …) to the groups whose resources they are; what alerted
 * is a link of its own to the resource itself.
 */
export function flowOf(history: History, day: number, alerts: readonly AlertRecord[]): Flow {
  const group = grouping(history);
  const owners = ownersOf(history, group);
  const alerted = new Set(alerts.filter((alert) => alert.day === day).map(({ user, resource }) => `${user}\0${resource}`));
  const links = new Map<string, { source: string; target: string; value: number; odd: boolean }>();
  for (const row of history.index.on(day)) {
    const resource = history.resource(row);
    const odd = alerted.has(`${history.user(row)}\0${resource}`);
    const [source, target] = [group(row), odd ? resource : (owners.get(resource) ?? everybody)];
    const key = `${source}\0${target}\0${odd}`;
    const link = links.get(key) ?? { source, target, value: 0, odd };
    link.value++;
    links.set(key, link);
  }
  return [...links.values()].sort((a, b) => Number(a.odd) - Number(b.odd) || b.value - a.value);
}

/** The group of a row's account: of the first directory column that says anything; small groups are one. */
function grouping(history: History): (row: number) => string {
  const { columns } = history.rows.table;
  const column = groupColumns.map((name) => columns[name] as Column<string> | undefined).find((held) => held !== undefined && isText(held) && held.dictionary.some((text) => text !== ''));
  const sizes = new Map<string, number>();
  for (const name of column ?? []) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const shown = new Set([...sizes].filter(([name]) => Boolean(name)).sort((a, b) => b[1] - a[1]).slice(0, shownGroups).map(([name]) => name));
  return (row) => {
    const name = column?.at(row);
    if (!name) return nobody;
    return shown.has(name) ? name : others;
  };
}

/** Resource → whose it is, by who uses it. */
function ownersOf(history: History, group: (row: number) => string): Map<string, string> {
  const uses = new Map<string, Map<string, number>>();
  for (const day of history.index.days) {
    for (const row of history.index.on(day)) {
      const resource = history.resource(row);
      const held = uses.get(resource) ?? new Map<string, number>();
      held.set(group(row), (held.get(group(row)) ?? 0) + 1);
      uses.set(resource, held);
    }
  }
  return new Map([...uses].map(([resource, held]) => {
    const total = [...held.values()].reduce((sum, value) => sum + value, 0);
    const [name, most] = [...held].sort((a, b) => b[1] - a[1])[0] as [string, number];
    return [resource, most >= ownShare * total && name !== nobody ? `mostly of ${name}` : everybody];
  }));
}
