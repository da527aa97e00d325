import type { Funnel } from '@byoml/core/state';
import type { RunReport } from '@byoml/core/workspace';
import type { Detecting } from './detecting.ts';
import { writeReport } from './report.ts';

/** What `run` and `backfill` print with --json. */
export interface RunDocument {
  readonly runs: ReadonlyArray<{
    readonly number: number;
    readonly key: string;
    readonly window: { readonly from: string; readonly to: string };
    readonly status: string;
    readonly funnel: Funnel;
    readonly alerts: number;
    readonly incidents: number;
    readonly more: number;
    readonly changes: readonly string[];
    /** Of the last run; `byoml report RUN` writes that of any other. */
    readonly report: string | null;
  }>;
  readonly trained: ReadonlyArray<{ readonly number: number; readonly model: number; readonly digest: string; readonly warnings: readonly string[] }>;
  readonly delivered: number;
  /** Results that their destinations will not take; see `byoml deadletter list`. */
  readonly refused: number;
}

/** The document of a call, after the report of its last run was written. */
export async function runDocument(detecting: Detecting, { records, rows, delivered, refused }: RunReport): Promise<RunDocument> {
  const scored = records.filter(({ kind }) => kind === 'score');
  const last = scored.at(-1);
  const report = last ? await writeReport(detecting, last.number, rows) : null;
  return {
    runs: scored.map((record) => {
      const { number, key, window, status, funnel, alerts, incidents, more, changes } = record;
      return { number, key, window, status, funnel, alerts, incidents, more, changes, report: record === last ? report : null };
    }),
    trained: records.filter(({ kind }) => kind === 'train').map(({ number, model, warnings }) => ({ number, model: model.version, digest: model.digest, warnings })),
    delivered,
    refused,
  };
}
