import type { Status } from '../contracts/algorithm.ts';
import { explain, score, type ExplainedRow } from '../detection/index.ts';
import { openModel } from './algorithm.ts';
import { fileFormat } from './file-format.ts';
import { inputOf } from './input.ts';
import type { Session } from './session.ts';

export interface ScoringFiles {
  readonly model: string;
  readonly data: readonly string[];
  readonly out: string;
}

/** What `byoml score --json` prints. */
export interface ScoringReport {
  readonly rows: number;
  readonly out: string;
  readonly byStatus: Partial<Record<Status, number>>;
  readonly seconds: number;
}

/** Writes the input columns, then `surprise,score,pValue,status`, in the same row order. */
export async function scoreFile(session: Session, { model, data, out }: ScoringFiles): Promise<ScoringReport> {
  const started = performance.now();
  const format = fileFormat(out);
  const opened = await openModel(session, model);
  const relation = await inputOf(session, opened, data);
  session.options.step('scoring');
  const scored = await score({ ...opened, relation, run: session.run });
  const joined = await relation.append(scored.batches, session.run);
  const { rows } = await joined.write(out, format, session.run);
  return { rows, out, byStatus: scored.byStatus(), seconds: (performance.now() - started) / 1000 };
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
