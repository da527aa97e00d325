import type { Dialect } from '@byoml/core';
import { parsePath } from '@byoml/core/engine';

export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A quoted text; a NUL would end the statement, so it is spelled as a call. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''").replaceAll('\0', "' || chr(0) || '")}'`;

/** DuckDB's spelling of a path into JSON: `$."event_data"."ShareName"`. */
export const jsonPath = (path: string): string =>
  parsePath(path).reduce<string>((so, step) => so + (typeof step === 'number' ? `[${step}]` : `."${step.replaceAll('"', '\\"')}"`), '$');

const json = (expression: string, path: string): string => `(CASE WHEN json_valid(${expression}) THEN json_extract_string(${expression}, ${literal(jsonPath(path))}) END)`;

// A plain TIMESTAMP cast drops a zone offset; by way of TIMESTAMPTZ it counts, but takes four times as long.
const instant = (expression: string): string =>
  `CASE WHEN ends_with(CAST(${expression} AS VARCHAR), 'Z') THEN TRY_CAST(${expression} AS TIMESTAMP) ELSE CAST(TRY_CAST(${expression} AS TIMESTAMPTZ) AS TIMESTAMP) END`;

const timestamp = (expression: string): string => `(CASE WHEN isfinite(${instant(expression)}) THEN ${instant(expression)} END)`;

/** How DuckDB spells what dialects disagree on; the session's time zone is UTC. */
export const dialect: Dialect = {
  ident,
  literal,
  json,
  timestamp,
  utcDay: (expression) => `CAST(${timestamp(expression)} AS DATE)`,
  sortedList: (expression) => `COALESCE(list_sort(list(DISTINCT ${expression}) FILTER (WHERE ${expression} IS NOT NULL)), [])`,
  matches: (expression, pattern) => `regexp_matches(${expression}, ${literal(pattern)})`,
};
