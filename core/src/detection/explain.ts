import { statuses, type Model, type Status } from '../contracts/algorithm.ts';
import type { Batch, Column } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Explanation } from '../contracts/explanation.ts';
import type { Run } from '../contracts/run.ts';
import { comparedWith, pValues } from './calibrate/calibrated.ts';
import { scoreOf } from './calibrate/p-value.ts';
import type { AlgorithmComponent } from './component.ts';
import { checkedExplanation } from './explanation-check.ts';
import { guarded } from './guard.ts';
import type { TrainedModel } from './score.ts';
import { scoreBatch } from './scoring.ts';
import { pick, type StoredColumns } from './table/pick.ts';
import type { Table } from './table/table.ts';
import { turn } from './turn.ts';

/** A scored row with why it got its score. */
export interface ExplainedRow {
  /** Number of the row, counted from 1. */
  readonly row: number;
  /** The cells that the algorithm read. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly surprise: number;
  readonly coldSurprise?: number;
  /** Null when the model is uncalibrated. */
  readonly score: number | null;
  readonly pValue: number | null;
  /** How many calibration candidates the p-value compares the row with. */
  readonly comparedWith: number | null;
  readonly status: Status;
  readonly explanation: Explanation;
  /** How rare that is, e.g. `1 in 2,300 new accesses`; absent when the model is uncalibrated. */
  readonly context?: string;
}

/** Explains rows by their numbers (from 1), in the order asked. Throws EXPLAIN_UNSUPPORTED, ROW_UNKNOWN. */
export async function explain({ relation, rows, run, ...trained }: TrainedModel & { readonly relation: Relation; readonly rows: readonly number[]; readonly run: Run }): Promise<ExplainedRow[]> {
  const { address, definition } = trained.component;
  if (!trained.model.explain) throw new ByomlError('EXPLAIN_UNSUPPORTED', `${address} does not explain its scores`, { details: { component: address } });
  const projected = await relation.project(definition.input, run);
  const explained: ExplainedRow[] = [];
  for (const row of rows) explained.push(await explainRow(trained, row, await rowOf(projected, row, run), run));
  return explained;
}

/** The row as a batch of its own. */
async function rowOf(relation: Relation, row: number, run: Run): Promise<Batch> {
  let before = 0;
  for await (const { length, columns } of relation.batches(run)) {
    await turn(run);
    if (row > before && row <= before + length) return pick(columns as StoredColumns, Int32Array.of(row - 1 - before));
    before += length;
  }
  throw new ByomlError('ROW_UNKNOWN', `row ${row}: the data has ${before} rows`, { details: { row, rows: before } });
}

async function explainRow(trained: TrainedModel, row: number, one: Batch, run: Run): Promise<ExplainedRow> {
  const { component, model, calibration } = trained;
  const { population } = component.definition;
  const scores = await scoreBatch({ component, model }, one, run, row - 1);
  const explanation = await explanationOf(trained, one, row, run);
  const pValue = calibration ? (pValues(calibration, population, one, scores)[0] as number) : null;
  const status = statuses[scores.status[0] as number] as Status;
  const coldSurprise = scores.coldSurprise?.[0];
  return {
    row,
    values: Object.fromEntries(Object.entries(one.columns as StoredColumns).map(([name, column]) => [name, (column as Column<unknown>).at(0) ?? null])),
    surprise: scores.surprise[0] as number,
    ...(coldSurprise !== undefined && Number.isFinite(coldSurprise) && { coldSurprise }),
    score: pValue === null ? null : scoreOf(pValue),
    pValue,
    comparedWith: calibration && comparedWith(calibration, one, scores, 0),
    status,
    explanation,
    ...(pValue !== null && { context: contextOf(pValue, status, population) }),
  };
}

/** Explanations of rows of a table (0-based numbers), in that order; null where the algorithm does not explain. */
export async function explanationsOf({ address, capabilities }: AlgorithmComponent, model: Model, { columns }: Table, rows: Int32Array, run: Run): Promise<Explanation[] | null> {
  if (!model.explain) return null;
  if (rows.length === 0) return [];
  const answered = await guarded(address, capabilities, (inner) => model.explain?.(pick(columns, rows), inner), run);
  if (!Array.isArray(answered) || answered.length !== rows.length) throw new ByomlError('ROWS_MISALIGNED', `${address}: answered ${Array.isArray(answered) ? answered.length : 'no list of'} explanations for ${rows.length} rows`, { details: { component: address } });
  return answered.map((one, at) => checkedExplanation(address, at + 1, [one]));
}

async function explanationOf({ component: { address, capabilities }, model }: TrainedModel, one: Batch, row: number, run: Run): Promise<Explanation> {
  return checkedExplanation(address, row, await guarded(address, capabilities, (inner) => model.explain?.(one, inner), run));
}

function contextOf(pValue: number, status: Status, population: 'new-pairs' | 'all'): string {
  if (population === 'all') return `1 in ${oneIn(pValue)} rows`;
  return status === 'known' ? 'a known access, which is not ranked among new ones' : `1 in ${oneIn(pValue)} new accesses`;
}

const oneIn = (pValue: number): string => Math.round(1 / pValue).toLocaleString('en-US');
