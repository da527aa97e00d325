import { numbers } from '../../contracts/numbers.ts';
import type { Column, DictionaryColumn } from '../../contracts/columns.ts';
import { groupRows, type Groups } from './groups.ts';
import { isText } from './pick.ts';
import type { Table } from './table.ts';

/** Every row's scope; one scope named `''` where the data has no such column. */
export interface Scopes {
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

export function scopesOf({ rows, columns }: Table): Scopes {
  const column = columns['scope'];
  if (!column || !isText(column)) return { codes: new Int32Array(rows), names: [''] };
  return { codes: column.codes, names: column.dictionary };
}

/** Who accessed what: rows grouped by (scope, user) and by (scope, user, resource). */
export interface Accesses {
  readonly user: DictionaryColumn;
  readonly resource: DictionaryColumn;
  readonly users: Groups;
  readonly pairs: Groups;
  /** Whether a row is an access at all: its count is not 0. */
  is(row: number): boolean;
  /** One row per distinct pair that was accessed: its first. */
  readonly distinct: Int32Array;
}

/** Null for data that has no `user` and `resource`: there a row is its own unit. */
export function accessesOf({ columns }: Table, scopes: Scopes): Accesses | null {
  const { user, resource, count } = columns;
  if (!user || !resource || !isText(user) || !isText(resource)) return null;
  const users = groupRows(scopes.codes, user.codes);
  const pairs = groupRows(users.of, resource.codes);
  const counts = count && numbers(count as Column<number>);
  const is = (row: number): boolean => counts?.[row] !== 0;
  return { user, resource, users, pairs, is, distinct: counts?.includes(0) ? firstAccesses(pairs, is) : pairs.first };
}

function firstAccesses({ of, first }: Groups, is: (row: number) => boolean): Int32Array {
  const found = new Int32Array(first.length).fill(-1);
  for (let row = 0; row < of.length; row++) {
    const pair = of[row] as number;
    if (found[pair] === -1 && is(row)) found[pair] = row;
  }
  return found.filter((row) => row !== -1);
}
