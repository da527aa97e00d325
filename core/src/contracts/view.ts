import type { z } from 'zod';
import type { Columns } from './columns.ts';

/** How one engine spells what SQL dialects disagree on. A view's SQL uses the shared core and this. */
export interface Dialect {
  /** A quoted identifier. */
  ident(name: string): string;
  /** A quoted text literal, safe for any content. */
  literal(text: string): string;
  /** The UTC day (DATE) of a text or timestamp expression; NULL when it is none. */
  utcDay(expression: string): string;
  /** The TIMESTAMP in UTC of a text or timestamp expression; NULL when it is none. */
  timestamp(expression: string): string;
  /** The distinct values of a text expression within a group as a sorted list without NULLs. */
  sortedList(expression: string): string;
  /** Whether a text expression contains a match of a regular expression. */
  matches(expression: string, pattern: string): string;
  /** The value at a path (`event_data.ShareName`, `resources[0].ARN`) of a JSON text expression, as text. */
  json(expression: string, path: string): string;
}

/** Rows whose text in the first non-empty of these columns is one of `in`. Data, so that a reader can skip lines before parsing them. */
export interface Predicate {
  readonly columns: readonly string[];
  readonly in: readonly string[];
}

/** Turns a source's table into an algorithm's input columns. */
export interface ViewDefinition<S extends z.ZodObject = z.ZodObject, In extends Columns = any, Out extends Columns = any> {
  /** Unique within the plugin; the address is `package/id`. */
  readonly id: string;
  readonly summary: string;
  readonly settings: S;
  /** The table it reads, as the source names it. */
  readonly table: string;
  /** Path in the record (`event_data.ShareName`) → schema. Each becomes a column of that name in `source`; optional ones that the data lacks are NULL. */
  readonly columns: In;
  /** All must hold. */
  readonly where: readonly Predicate[];
  readonly output: Out;
  /** A SELECT over `source` that gives exactly the columns of `output`, in the shared SQL core. */
  sql(dialect: Dialect, settings: z.output<S>): string;
  /**
   * For a table that Sentinel has: KQL operators over it (`| where …`, without a time) that keep its columns and add EventScope, EventUser, EventResource and
   * EventHost, spelled as `sql` spells scope, user, resource and a source host. Hunting queries join results with raw events by them.
   */
  hunting?(settings: z.output<S>): string;
}
