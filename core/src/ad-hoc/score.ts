import type { Status } from '../contracts/algorithm.ts';
import { ByomlError } from '../contracts/errors.ts';
import { explain, score, type ExplainedRow } from '../detection/index.ts';
import { openModel } from './algorithm.ts';
import { fileFormat } from './file-format.ts';
import { inputOf } from './input.ts';
import { Oddest } from './oddest.ts';
import type { Session } from './session.ts';

export interface ScoringFiles {
  readonly model: string;
  readonly data: readonly string[];
  readonly out: string;
  /** Also explain this many of the oddest new rows. */
  readonly top?: number;
}

/** What `byoml score --json` prints. */
export interface ScoringReport {
  readonly rows: number;
  readonly out: string;
  readonly byStatus: Partial<Record<Status, number>>;
  readonly seconds: number;
  /** Only when asked for: the oddest candidates, oddest first. */
  readonly top?: readonly ExplainedRow[];
}

/** Writes the input columns, then `surprise,score,pValue,status`, in the same row order. */
export async function scoreFile(session: Session, { model, data, out, top = 0 }: ScoringFiles): Promise<ScoringReport> {
  const started = performance.now();
  const format = fileFormat(out);
  const opened = await openModel(session, model);
  // Asked before anything is written, so that a scored file never stands beside an error.
  if (top > 0 && !opened.model.explain) throw new ByomlError('EXPLAIN_UNSUPPORTED', `${opened.component.address} does not explain its scores, so there is no --top for it`, { details: { component: opened.component.address } });
  const relation = await inputOf(session, opened, data);
  session.options.step('scoring');
  const scored = await score({ ...opened, relation, run: session.run });
  const oddest = new Oddest(top);
  const joined = await relation.append(top > 0 ? oddest.watch(scored.batches) : scored.batches, session.run);
  const { rows } = await joined.write(out, format, session.run);
  const report = { rows, out, byStatus: scored.byStatus(), seconds: (performance.now() - started) / 1000 };
  return top === 0 ? report : { ...report, top: await explain({ ...opened, relation, rows: oddest.rows(), run: session.run }) };
}

export interface ExplainingFiles {
  readonly model: string;
  readonly data: readonly string[];
  /** Numbers of the rows, counted from 1. */
  readonly rows: readonly number[];
}

/** Explains rows of a file, or of what the model's view makes of it. */
export async function explainRows(session: Session, { model, data, rows }: ExplainingFiles): Promise<ExplainedRow[]> {
  const opened = await openModel(session, model);
  const relation = await inputOf(session, opened, data);
  return explain({ ...opened, relation, rows, run: session.run });
}
