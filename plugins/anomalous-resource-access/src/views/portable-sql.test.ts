import { expect, test } from 'vitest';
import type { Dialect, ViewDefinition } from '@byoml/core';
import * as views from './index.ts';

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

/** Every setting at every value of its enumeration, one at a time; numbers at 2. */
function* settingsOf({ settings }: ViewDefinition): Iterable<unknown> {
  yield settings.parse({});
  for (const [name, schema] of Object.entries(settings.shape)) {
    const inner = schema.unwrap();
    for (const value of inner.options ?? [2]) yield settings.parse({ [name]: value });
  }
}

const cases = Object.values(views as unknown as Record<string, ViewDefinition<any>>).flatMap((view) => [...settingsOf(view)].map((settings) => ({ id: view.id, settings: JSON.stringify(settings), view, sql: view.sql(dialect, settings as never) })));

test.each(cases)('$id $settings uses only what SQL dialects share', ({ sql, view }) => {
  expect(sql).not.toMatch(/"|`|\\/);
  expect(sql).not.toMatch(/\b(QUALIFY|EXCLUDE|FILTER|SEMI|ASOF|TRY_CAST|VARCHAR|FALSE\s*=)\b|\w::\w/i);
  expect(sql.match(/\bSUM\(/g)?.length).toBe(sql.match(/CAST\(SUM\(.+?\) AS BIGINT\)/g)?.length);
  const used = new Set([...sql.matchAll(/‹([^›]+)›/g)].map(([, name]) => name));
  const made = new Set([...sql.matchAll(/ AS ‹([^›]+)›/g)].map(([, name]) => name));
  for (const name of used) expect([...Object.keys(view.columns), ...made]).toContain(name);
});
