import type { Batches, Columns } from './columns.ts';
import type { Run } from './run.ts';

/** Why a destination will not take a row, however often it is sent. */
export interface Refusal {
  /** Of the destination, as it says it: `413`, `InvalidTransformOutput`. */
  readonly code: string;
  /** One sentence, without secrets. */
  readonly message: string;
}

/** What becomes of rows, by their position in the table that is written, from 0. A row is said at most once. */
export interface Receipt {
  /** The destination has them for good. */
  accepted(rows: readonly number[]): void;
  refused(rows: readonly number[], why: Refusal): void;
}

/** Delivers a table. Writing the same `run.id` twice leaves the destination as writing it once. */
export interface Sink<In extends Columns = any> {
  /**
   * Rows named in the receipt, where the caller keeps one, are not given again, whatever becomes of the call: a sink that sends in pieces names
   * each as soon as the destination has it. When the call throws, the other rows are given again later; when it returns, they count as accepted.
   */
  write(data: Batches<In>, run: Run, receipt?: Receipt): Promise<{ readonly rows: number }>;
}
