import { z } from 'zod';
import type { Batch, Batches, Columns } from './columns.ts';
import type { Engine, Relation } from './engine.ts';
import type { Explanation } from './explanation.ts';
import type { Run } from './run.ts';

/** What a scored row is to the model; `new-*` were not in training, `unconnected` share no path of accesses. */
export const statuses = ['known', 'scored', 'new-user', 'new-resource', 'new-both', 'unconnected'] as const;
export type Status = (typeof statuses)[number];

/** What every model answers per row: `surprise` is finite and higher = odder. */
export const scoreColumns = { surprise: z.number(), status: z.enum(statuses) };
export type ScoreColumns = typeof scoreColumns;

/** What pair algorithms may add: the order within cold classes (not `scored`, not `known`), which calibration uses there instead of `surprise`. */
export const coldColumns = { coldSurprise: z.number() };

/** A model's files, addressed by relative names such as `graph.bin` or `scopes/a1/graph.bin`. */
export interface ModelFiles {
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Uint8Array>;
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** A fitted model; there is no unfitted one. */
export interface Model<In extends Columns = any, Out extends Columns = any> {
  /** Row-aligned and pure: row i of the result describes row i of the batch, whatever the batch holds besides. */
  score(batch: Batch<In>, run: Run): Promise<Batch<Out & ScoreColumns>>;
  /** As `score`, but each row as if the model had never seen that row's own pair: what calibration without a time column needs. */
  scoreErased?(batch: Batch<In>, run: Run): Promise<Batch<Out & ScoreColumns>>;
  /** Only for rows that alert. Terms sum to the total they explain. */
  explain?(rows: Batch<In>, run: Run): Promise<readonly Explanation[]>;
  /** A new model that has also learned `data`; this one is unchanged. */
  update?(data: Batches<In>, run: Run): Promise<Model<In, Out>>;
  /**
   * A new model of `data` alone, with the settings that this one chose for itself (an exponent, a rank): its surprises are on this
   * one's scale. What a past day would have scored is asked of such models. Absent: `fit` chooses nothing.
   */
  refit?(data: Batches<In>, run: Run): Promise<Model<In, Out>>;
  /** Same model, same bytes. Files of a scope are under `scopes/<scopeFolder(scope)>/` and hold nothing of another scope. */
  save(to: ModelFiles, run: Run): Promise<void>;
}

/** Learns a model, or loads one learned earlier. */
export interface Algorithm<In extends Columns = any, Out extends Columns = any> {
  /** Absent when the algorithm only runs models trained elsewhere. */
  fit?(data: Batches<In>, run: Run): Promise<Model<In, Out>>;
  /** Where the engine can train it itself. */
  fitOn?(relation: Relation<In>, engine: Engine, run: Run): Promise<Model<In, Out>>;
  /** `files` were verified against the manifest, but their content is still untrusted: parse it. */
  load(files: ModelFiles, run: Run): Promise<Model<In, Out>>;
}
