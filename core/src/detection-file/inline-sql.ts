import type { CellType } from '../contracts/cells.ts';
import type { Dialect } from '../contracts/view.ts';

/** A column of a view and where records hold it. */
export interface Mapped {
  readonly name: string;
  readonly path: string;
  readonly type: CellType;
}

/** A mapped column as SQL over `source`: empty text is NULL, days are DATE, moments TIMESTAMP. */
function valueOf(d: Dialect, { path, type }: Mapped): string {
  if (type !== 'text' && type !== 'other' && type !== 'day' && type !== 'instant') return d.ident(path);
  const text = `NULLIF(CAST(${d.ident(path)} AS STRING), '')`;
  if (type === 'day') return d.utcDay(text);
  return type === 'instant' ? d.timestamp(text) : text;
}

const typed = (d: Dialect, mapped: readonly Mapped[]): string => `SELECT ${mapped.map((column) => `${valueOf(d, column)} AS ${d.ident(column.name)}`).join(', ')} FROM source`;

/** One row per record that has every column of `required`. */
export function rowsOf(d: Dialect, mapped: readonly Mapped[], required: readonly Mapped[]): string {
  const conditions = required.map(({ name }) => `${d.ident(name)} IS NOT NULL`);
  return `SELECT * FROM (${typed(d, mapped)}) AS named${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`;
}

/** The SELECT of a view's author over `source`, which holds the mapped columns under their names. */
export const usersRows = (d: Dialect, mapped: readonly Mapped[], sql: string): string =>
  `WITH named AS (${typed(d, mapped)}) SELECT * FROM (WITH source AS (SELECT * FROM named) SELECT * FROM (${sql}\n) AS written) AS given`;

/** One row per (scope, user, resource, UTC day), in that order. Records without one of the last three are left out. */
export function pairDays(d: Dialect, mapped: readonly Mapped[]): string {
  const names = new Set(mapped.map(({ name }) => name));
  const time = ['day', 'lastSeen', 'firstSeen'].find((name) => names.has(name)) as string;
  const day = time === 'day' ? '' : `, CAST(${d.ident(time)} AS DATE) AS ${d.ident('day')}`;
  const keys = [...(names.has('scope') ? ['scope'] : []), 'user', 'resource', 'day'].map((name) => d.ident(name)).join(', ');
  const given = mapped.filter(({ name }) => !['scope', 'user', 'resource', 'day', 'count'].includes(name)).map(({ name }) => `${aggregate(d, name)} AS ${d.ident(name)}`);
  const count = names.has('count') ? `SUM(COALESCE(${d.ident('count')}, 1))` : 'COUNT(*)';
  return `SELECT ${[keys, `${count} AS ${d.ident('count')}`, ...given].join(', ')}
FROM (SELECT *${day} FROM (${typed(d, mapped)}) AS named) AS dated
WHERE ${['user', 'resource', 'day'].map((name) => `${d.ident(name)} IS NOT NULL`).join(' AND ')}
GROUP BY ${keys} ORDER BY ${keys}`;
}

function aggregate(d: Dialect, name: string): string {
  const column = d.ident(name);
  if (name === 'sourceHosts') return d.sortedList(column);
  return name === 'firstSeen' ? `MIN(${column})` : `MAX(${column})`;
}
