import type { Columns, Row } from './columns.ts';

export const severities = ['informational', 'low', 'medium', 'high'] as const;
export type Severity = (typeof severities)[number];

/** A scored row that a rule chose. */
export interface Alert {
  readonly severity: Severity;
  readonly title: string;
  /** One sentence for the analyst. */
  readonly message: string;
  /** Entity type → value, e.g. `{ account: 'DOM\\ann', resource: '\\\\FS1\\hr' }`. */
  readonly entities: Readonly<Record<string, string>>;
  /** The higher, the more urgent; orders alerts of one rule. */
  readonly score: number;
}

/** Decides which scored rows deserve an analyst. Pure and synchronous, so a table of rows tests it. Sees candidates only. */
export type Rule<In extends Columns = any> = (rows: Iterable<Row<In>>) => Iterable<Alert>;
