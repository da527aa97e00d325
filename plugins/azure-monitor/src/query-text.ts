import type { Slice } from './query-slices.ts';

/** What to ask, without a time. */
export interface Subject {
  /** KQL of the user's own. */
  readonly query?: string | undefined;
  readonly table?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly timeColumn: string;
}

const column = (name: string): string => `['${name}']`;

function subjectText({ query, table, columns, timeColumn }: Subject): string {
  // A comment at the end would swallow what follows on the same line; a semicolon would end the statement.
  if (query !== undefined) return query.replace(/[;\s]+$/u, '');
  const kept = columns && [...new Set([timeColumn, ...columns])];
  return `['${table}']${kept ? `\n| project ${kept.map(column).join(', ')}` : ''}`;
}

const instant = (at: number): string => `datetime(${new Date(at).toISOString()})`;

/**
 * The rows of a slice. The timespan of a request includes its end, so that a record exactly at a boundary would come twice: what holds is
 * this condition, whose times are made here and are digits only.
 */
export const sliceQuery = (subject: Subject, { from, to }: Slice): string =>
  `${subjectText(subject)}\n| where ${column(subject.timeColumn)} >= ${instant(from)} and ${column(subject.timeColumn)} < ${instant(to)}`;

/** From when to when there are rows at all, as the columns First and Last. */
export const extentQuery = (subject: Subject, slice: Slice): string =>
  `${sliceQuery(subject, slice)}\n| summarize First = min(${column(subject.timeColumn)}), Last = max(${column(subject.timeColumn)})`;
