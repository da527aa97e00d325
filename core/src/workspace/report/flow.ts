import type { Column } from '../../contracts/columns.ts';
import { isText } from '../../detection/table/pick.ts';
import type { History } from '../../detection/daily/history.ts';
import type { RunPicture } from '../../reporting/index.ts';
import type { AlertRecord } from '../../state/index.ts';

const groupColumns = ['department', 'team', 'manager', 'title', 'scope'] as const;
const shownGroups = 8;
const shownResources = 12;
const others = 'other';

/** Accesses of one day from groups of accounts (department, else team …) to resources; what alerted is a link of its own. */
export function flowOf(history: History, day: number, alerts: readonly AlertRecord[]): RunPicture['flow'] {
  const groupOf = grouping(history);
  const alerted = new Set(alerts.filter((alert) => alert.day === day).map(({ user, resource }) => `${user}\0${resource}`));
  const [usual, odd] = [new Map<string, number>(), new Map<string, number>()];
  for (const row of history.index.on(day)) {
    const [user, resource] = [history.user(row), history.resource(row)];
    const into = alerted.has(`${user}\0${resource}`) ? odd : usual;
    const key = `${groupOf(row)}\0${resource}`;
    into.set(key, (into.get(key) ?? 0) + 1);
  }
  const resources = heaviest([...usual].map(([key, value]) => [key.split('\0')[1] as string, value]), shownResources);
  const groups = heaviest([...usual, ...odd].map(([key, value]) => [key.split('\0')[0] as string, value]), shownGroups);
  for (const key of odd.keys()) resources.add(key.split('\0')[1] as string);
  return [...merged(usual, groups, resources, false), ...merged(odd, groups, resources, true)];
}

function grouping(history: History): (row: number) => string {
  const { columns } = history.rows.table;
  const column = groupColumns.map((name) => columns[name] as Column<string> | undefined).find((held) => held !== undefined && isText(held) && held.dictionary.some((text) => text !== ''));
  return (row) => column?.at(row) || 'accounts';
}

function heaviest(values: ReadonlyArray<readonly [string, number]>, most: number): Set<string> {
  const sums = new Map<string, number>();
  for (const [name, value] of values) sums.set(name, (sums.get(name) ?? 0) + value);
  return new Set([...sums].sort((a, b) => b[1] - a[1]).slice(0, most).map(([name]) => name));
}

function merged(links: ReadonlyMap<string, number>, groups: ReadonlySet<string>, resources: ReadonlySet<string>, odd: boolean): RunPicture['flow'] {
  const sums = new Map<string, { source: string; target: string; value: number; odd: boolean }>();
  for (const [key, value] of links) {
    const [group = '', resource = ''] = key.split('\0');
    const [source, target] = [groups.has(group) ? group : others, resources.has(resource) ? resource : others];
    const held = sums.get(`${source}\0${target}`) ?? { source, target, value: 0, odd };
    held.value += value;
    sums.set(`${source}\0${target}`, held);
  }
  return [...sums.values()];
}
