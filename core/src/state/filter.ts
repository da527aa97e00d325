import type { SQLInputValue } from 'node:sqlite';

type Condition = readonly [sql: string, value: SQLInputValue | undefined];

/** A limit and an offset; all of it where absent. */
export interface Page {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** `where` over the conditions that have a value, and those values in order. */
export function where(conditions: readonly Condition[]): { sql: string; values: SQLInputValue[] } {
  const given = conditions.filter((condition): condition is readonly [string, SQLInputValue] => condition[1] !== undefined);
  return { sql: given.length === 0 ? '' : ` where ${given.map(([sql]) => sql).join(' and ')}`, values: given.map(([, value]) => value) };
}

export const paged = ({ limit = -1, offset = 0 }: Page): SQLInputValue[] => [limit, offset];
