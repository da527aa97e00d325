import type { Model } from '../../contracts/algorithm.ts';
import type { Run } from '../../contracts/run.ts';
import { scoreBatches } from '../scoring.ts';
import { classOfStatus, knownStatus } from '../status-class.ts';
import { tableBatches } from '../table/table.ts';
import type { History } from './history.ts';

/** The candidates of one day, by column: scored rows that are not `known` (or all, where the algorithm says so). */
export interface Candidates {
  readonly day: number;
  /** Row numbers in the history. */
  readonly rows: Int32Array;
  readonly surprise: Float64Array;
  /** Null where the algorithm has none. */
  readonly coldSurprise: Float64Array | null;
  /** Indexes into `statuses`. */
  readonly status: Uint8Array;
  /** Class of status, 0 to 2. */
  readonly classes: Uint8Array;
}

/** Rows of a day that are scored: each accessed (scope, user, resource) once, without those that `leftOut` names. */
export function scorableRows(history: History, day: number, leftOut: (row: number) => boolean): Int32Array {
  const { accesses } = history;
  const met = new Set<number>();
  return history.index.on(day).filter((row) => {
    if (leftOut(row)) return false;
    if (!accesses) return true;
    const pair = accesses.pairs.of[row] as number;
    if (!accesses.is(row) || met.has(pair)) return false;
    met.add(pair);
    return true;
  });
}

/** Scores rows of one day and keeps the candidates. */
export async function candidatesOf(history: History, model: Model, day: number, rows: Int32Array, run: Run): Promise<Candidates> {
  const { component } = history;
  const all = component.definition.population === 'all';
  const found = { rows: [] as number[], surprise: [] as number[], cold: [] as number[], status: [] as number[] };
  let hasCold = true;
  for await (const scores of scoreBatches({ component, model }, tableBatches(history.table, run, rows), run)) {
    hasCold &&= scores.coldSurprise !== null;
    for (let at = 0; at < scores.length; at++) {
      if (!all && scores.status[at] === knownStatus) continue;
      found.rows.push(rows[scores.offset + at] as number);
      found.surprise.push(scores.surprise[at] as number);
      found.cold.push(scores.coldSurprise?.[at] ?? Number.NaN);
      found.status.push(scores.status[at] as number);
    }
  }
  const status = Uint8Array.from(found.status);
  return {
    day,
    rows: Int32Array.from(found.rows),
    surprise: Float64Array.from(found.surprise),
    coldSurprise: hasCold && found.rows.length > 0 ? Float64Array.from(found.cold) : null,
    status,
    classes: status.map((code) => classOfStatus[code] as number),
  };
}
