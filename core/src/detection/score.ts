import { statuses, type Status } from '../contracts/algorithm.ts';
import type { Batch, Batches } from '../contracts/columns.ts';
import { dictionaryColumn } from '../contracts/dictionary.ts';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import { pValues } from './calibrate/calibrated.ts';
import { scoreOf } from './calibrate/p-value.ts';
import type { OpenedModel } from './model-folder.ts';
import { scoreBatches, type ScoredBatch } from './scoring.ts';

export type TrainedModel = Pick<OpenedModel, 'component' | 'model' | 'calibration'>;

export interface Scored {
  /** `surprise`, `score`, `pValue`, `status`, row for row as the relation; the two in the middle are empty cells (NaN, as engines have it) when the model is uncalibrated. */
  readonly batches: Batches;
  /** Rows per status of the last pass over `batches`; statuses without rows are left out. */
  byStatus(): Partial<Record<Status, number>>;
}

/** Scores all rows of a relation, which must hold the algorithm's input columns. */
export async function score({ relation, run, ...trained }: TrainedModel & { readonly relation: Relation; readonly run: Run }): Promise<Scored> {
  const { component, model } = trained;
  const projected = await relation.project(component.definition.input, run);
  const counts = new Float64Array(statuses.length);
  return {
    batches: {
      async *[Symbol.asyncIterator]() {
        counts.fill(0);
        for await (const scores of scoreBatches({ component, model }, projected.batches(run), run)) {
          for (const code of scores.status) counts[code]! += 1;
          yield scoredColumns(trained, scores);
        }
      },
    },
    byStatus: () => Object.fromEntries(statuses.map((status, code) => [status, counts[code] as number] as const).filter(([, rows]) => rows > 0)),
  };
}

function scoredColumns({ component, calibration }: TrainedModel, scores: ScoredBatch): Batch {
  const { length, surprise, status, batch } = scores;
  const p = calibration && pValues(calibration, component.definition.population, batch, scores);
  return {
    length,
    columns: {
      surprise,
      score: p ? p.map(scoreOf) : empty(length),
      pValue: p ?? empty(length),
      status: dictionaryColumn(Int32Array.from(status), statuses),
    },
  };
}

const empty = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);
