import type { Run } from '../../contracts/run.ts';
import { refit } from '../fit.ts';
import { scoreBatches, type Scorer } from '../scoring.ts';
import { tableBatches } from '../table/table.ts';
import { noDay } from '../table/days.ts';
import { heldOutPairs, heldOutRows } from './held-out.ts';
import type { TrainingData } from './training-data.ts';
import type { WindowBuilder } from './window-builder.ts';

/**
 * Calibrates without time: the model's own `scoreErased` over the distinct training pairs where it has one, else an extra
 * fit without 20 % of the pairs (or rows), which are then scored. Only scopes that have a builder are calibrated.
 */
export async function provisionalWindows(data: TrainingData, builders: ReadonlyArray<WindowBuilder | undefined>, run: Run): Promise<void> {
  const { scorer, rows } = (await erased(data, builders)) ?? (await heldOut(data, builders, run)) ?? {};
  if (!scorer || !rows) return;
  const counting: Run = { ...run, progress: ({ done }) => run.progress({ done, total: rows.length, unit: 'calibration rows' }) };
  for await (const scores of scoreBatches(scorer, tableBatches(data.table, run, rows), counting)) {
    for (let row = 0; row < scores.length; row++) {
      builders[data.scopes.codes[rows[scores.offset + row] as number] as number]?.add(scores, row, noDay);
    }
  }
}

interface Plan {
  readonly scorer: Scorer;
  readonly rows: Int32Array;
}

async function erased({ component, model, accesses, scopes }: TrainingData, builders: ReadonlyArray<WindowBuilder | undefined>): Promise<Plan | null> {
  if (!model.scoreErased || !accesses) return null;
  const rows = accesses.distinct.filter((row) => builders[scopes.codes[row] as number] !== undefined);
  return { scorer: { component, model, method: 'scoreErased' }, rows };
}

async function heldOut({ component, model: final, table, scopes, accesses }: TrainingData, builders: ReadonlyArray<WindowBuilder | undefined>, run: Run): Promise<Plan | null> {
  const wanted = (scope: number): boolean => builders[scope] !== undefined;
  const { held, rest } = accesses ? heldOutPairs(table, scopes, accesses, wanted, run.seed) : heldOutRows(table, scopes, wanted, run.seed);
  if (held.length === 0 || rest.length === 0) return null;
  const model = await refit(component, final, (inner) => tableBatches(table, inner, rest), { ...run, progress: () => {} });
  return { scorer: { component, model }, rows: held };
}
