import type { Batch, Explanation, Run } from '@byoml/core';
import type { AccessGraph } from './access-graph.ts';
import type { Collection, ScopeRows } from './collect.ts';
import type { Pacer } from './pacer.ts';
import type { Pairs } from './pairs.ts';
import type { ScopeFile } from './scope-files.ts';

/** Pairs to score, and the rows of the batch they came from. */
export interface Task {
  readonly pairs: Pairs;
  readonly batch: Batch;
  readonly rows: Int32Array;
}

/** What a model knows of one scope. */
export interface ScopeModel {
  readonly graph: AccessGraph;
  /** The family's columns, one number per pair; every pair as if it were not in the graph. */
  scores(task: Task, pace: Pacer): Promise<readonly Float64Array[]>;
  /** Why pair i got its score. */
  explain(task: Task, i: number): Promise<Explanation>;
  /** What to save beside the graph. */
  files(): ReadonlyArray<readonly [name: string, bytes: Uint8Array]>;
  /** Groups of the users, for `update`. */
  memberships(): Iterable<{ readonly level: string; readonly user: number; readonly group: string; readonly day: number }>;
}

/** What a scope is learned from. */
export interface ScopeInput extends Pick<ScopeRows, 'accesses' | 'directory'> {
  readonly graph: AccessGraph;
  readonly collection: Collection;
}

/** An algorithm that learns every scope by itself from its access graph. */
export interface Family<S extends ScopeModel> {
  readonly halfLifeDays: number;
  /** Columns of `scores`; the first is `surprise`. */
  readonly columns: readonly string[];
  /** Files of a scope beside `graph.bin`. */
  readonly files: readonly string[];
  /** What is known of a scope that training did not have. */
  readonly unknown: S;
  /** With the settings that `chosen` chose for itself, where there is one. */
  fit(input: ScopeInput, run: Run, chosen: S | undefined): Promise<S>;
  load(graph: AccessGraph, read: ScopeFile): Promise<S>;
}

export type Scopes<S> = ReadonlyMap<string, S>;
