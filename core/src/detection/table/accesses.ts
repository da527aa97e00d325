import type { DictionaryColumn } from '../../contracts/columns.ts';
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
}

/** Null for data that has no `user` and `resource`: there a row is its own unit. */
export function accessesOf({ columns }: Table, scopes: Scopes): Accesses | null {
  const { user, resource } = columns;
  if (!user || !resource || !isText(user) || !isText(resource)) return null;
  const users = groupRows(scopes.codes, user.codes);
  return { user, resource, users, pairs: groupRows(users.of, resource.codes) };
}
