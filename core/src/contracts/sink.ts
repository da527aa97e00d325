import type { Batches, Columns } from './columns.ts';
import type { Run } from './run.ts';

/** Delivers a table. Writing the same `run.id` twice leaves the destination as writing it once. */
export interface Sink<In extends Columns = any> {
  write(data: Batches<In>, run: Run): Promise<{ readonly rows: number }>;
}
