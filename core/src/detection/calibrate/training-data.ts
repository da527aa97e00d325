import type { Model } from '../../contracts/algorithm.ts';
import type { AlgorithmComponent } from '../component.ts';
import type { Accesses, Scopes } from '../table/accesses.ts';
import type { Table } from '../table/table.ts';

/** What calibration starts from: the fitted model and the rows it was fitted on, with their scopes, pairs and days. */
export interface TrainingData {
  readonly component: AlgorithmComponent;
  /** The final model, fitted on everything. */
  readonly model: Model;
  readonly table: Table;
  readonly scopes: Scopes;
  /** Null where a row is its own unit. */
  readonly accesses: Accesses | null;
  /** Null for data without days. */
  readonly days: Int32Array | null;
}
