import { expect, test } from 'vitest';
import { accessColumns } from '../contracts/access.ts';
import type { Dialect } from '../contracts/view.ts';
import { inlineView } from './inline-view.ts';

// A dialect that no engine has: what does not come through it shows as plain text.
const dialect: Dialect = {
  ident: (name) => `‹${name}›`,
  literal: () => '«»',
  utcDay: (expression) => `utc_day(${expression})`,
  timestamp: (expression) => `moment(${expression})`,
  sortedList: (expression) => `sorted(${expression})`,
  matches: (expression) => `matches(${expression})`,
  json: (expression) => `json(${expression})`,
};
const sqlOf = (columns: Readonly<Record<string, string>>): string => inlineView({ table: 'T', columns, where: [], sql: null }, accessColumns).sql(dialect, {});

test.each([
  [{ user: 'a.b', resource: 'r"; DROP', day: 't', count: 'n', scope: 's', sourceHosts: 'h', firstSeen: 't', lastSeen: 't' }],
  [{ user: 'u', resource: 'r', lastSeen: 't' }],
  [{ user: 'u', resource: 'r', count: 'n' }],
])('%j becomes SQL that engines share; names come through the dialect', (columns) => {
  const sql = sqlOf(columns);
  const around = sql.replaceAll(/‹[^›]*›/g, '');
  expect(around).not.toMatch(/"|`|\\|DROP/);
  expect(around).not.toMatch(/\b(QUALIFY|EXCLUDE|FILTER|SEMI|ASOF|TRY_CAST|VARCHAR)\b|\w::\w/i);
  for (const path of Object.values(columns)) expect(sql).toContain(`‹${path}›`);
});
