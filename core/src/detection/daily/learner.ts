import type { Model } from '../../contracts/algorithm.ts';
import type { Batches } from '../../contracts/columns.ts';
import type { Run } from '../../contracts/run.ts';
import { fit, refit, update } from '../fit.ts';
import { tableBatches } from '../table/table.ts';
import type { History } from './history.ts';

/** What may not be learned on `day`: accounts that scan by trade, pairs that alerted and were not judged. */
export type Unlearnable = (row: number, day: number) => boolean;

/** A model and what it has learned. */
export interface Learned {
  readonly model: Model;
  /** UTC days, half-open. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

export interface Lesson {
  readonly history: History;
  /** UTC days, half-open. */
  readonly from: number;
  readonly to: number;
  readonly unlearnable: Unlearnable;
  /** A model whose self-chosen settings are kept. */
  readonly like?: Model;
}

/** Learns some days from nothing. */
export async function learn({ history, from, to, unlearnable, like }: Lesson, run: Run): Promise<Learned> {
  const rows = history.between(from, to).filter((row) => !unlearnable(row, to - 1));
  const data = (inner: Run): Batches => tableBatches(history.table, inner, rows);
  const model = like ? await refit(history.component, like, data, run) : await fit(history.component, data, run);
  return { model, from, to, rows: rows.length };
}

/** Also learns the days [learned.to, to), one after the other; the same model where it has no `update`. */
export async function learnOn(history: History, learned: Learned, to: number, unlearnable: Unlearnable, run: Run): Promise<Learned> {
  let { model, rows } = learned;
  if (!model.update) return learned;
  for (let day = learned.to; day < to; day++) {
    const fresh = history.index.on(day).filter((row) => !unlearnable(row, day));
    if (fresh.length === 0) continue;
    model = await update(history.component, model, (inner) => tableBatches(history.table, inner, fresh), run);
    rows += fresh.length;
  }
  return { model, from: learned.from, to, rows };
}
