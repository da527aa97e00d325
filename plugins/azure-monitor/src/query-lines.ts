import type { QueryTable } from './query-reply.ts';

/**
 * The rows as JSON Lines, in an order that depends on the rows alone: a query without `sort` answers in another order each time. Times are
 * the service's own text with all its digits; a `dynamic` is JSON; a `long` is a number where a double holds it and text elsewhere; a
 * `decimal` is text. Cells that are null, not a number or infinite are left out.
 */
export function linesOf({ columns, rows }: QueryTable): string[] {
  const cells = columns.map(({ name, type }) => ({ key: `${JSON.stringify(name)}:`, text: textOf[type] ?? asText }));
  return rows.map((row) => {
    const parts: string[] = [];
    for (let at = 0; at < cells.length; at++) {
      const value = row[at];
      const { key, text } = cells[at] as (typeof cells)[number];
      const shown = value === null || value === undefined ? undefined : text(value);
      if (shown !== undefined) parts.push(key + shown);
    }
    return `{${parts.join(',')}}\n`;
  }).sort();
}

type Text = (value: {}) => string | undefined;

const asText: Text = (value) => JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value));

const asNumber: Text = (value) => {
  const number = Number(value);
  return Number.isFinite(number) ? String(number) : undefined;
};

const asLong: Text = (value) => (Number.isSafeInteger(Number(value)) ? String(Number(value)) : asText(value));

function asDynamic(value: {}): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    const parsed: unknown = JSON.parse(value);
    // The text itself keeps numbers that a double does not hold; a line must not break.
    return /[\n\r]/u.test(value) ? JSON.stringify(parsed) : value;
  } catch {
    return JSON.stringify(value);
  }
}

const textOf: Readonly<Record<string, Text>> = {
  bool: (value) => String(value === true || value === 1 || value === 'true'),
  int: asNumber,
  real: asNumber,
  long: asLong,
  dynamic: asDynamic,
};
