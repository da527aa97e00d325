/** `partial`: it runs, but something is lost; `unfit`: it does not run. */
export type Verdict = 'fit' | 'partial' | 'unfit';

/** Why a column cannot be used. */
export interface ColumnProblem {
  readonly code: 'COLUMNS_MISSING' | 'CELL_INVALID';
  readonly says: string;
  /** Of the first cell that does not fit, counted from 1. */
  readonly row?: number;
}

/** How one column that is read fits the data. */
export interface ColumnFit {
  /** Column of the algorithm, or path that the view reads. */
  readonly name: string;
  readonly readBy: 'algorithm' | 'view';
  readonly required: boolean;
  readonly present: boolean;
  /** Share of the rows whose cell is empty, 0–1. */
  readonly nullShare: number;
  /** Distinct cells in the first 200,000 rows. */
  readonly distinct: number;
  readonly problem: ColumnProblem | null;
  /** Path of the data that may be meant. */
  readonly suggestion: string | null;
  /** What is lost because it is absent or mostly empty; null when nothing is. */
  readonly lost: string | null;
}

export interface Suggestion {
  readonly column: string;
  readonly path: string;
}

/** What a view makes of the data. */
export interface ViewFit {
  readonly view: string;
  /** Records that the view's predicate lets through. */
  readonly records: number;
  /** Rows it gives out. */
  readonly rows: number;
  readonly users: number | null;
  readonly resources: number | null;
  /** Distinct days, and the first and last as `2026-11-24`. */
  readonly days: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly dropped: Dropped;
}

/** Records that do not reach the algorithm, and why. */
export interface Dropped {
  /** Share of `records`, 0–1. */
  readonly share: number;
  /** Left out as noise, by kind: `machine accounts`, `IPC$`. The most first. */
  readonly noise: ReadonlyArray<{ readonly kind: string; readonly records: number }>;
  /** Without a user, a resource or a time, or left out by another setting of the view. */
  readonly unusable: number;
}

/** What `byoml check --json` prints. */
export interface Fit {
  readonly target: string;
  readonly source: string;
  readonly verdict: Verdict;
  readonly columns: readonly ColumnFit[];
  /** Rows of the source that were looked at. */
  readonly rows: number;
  readonly view?: ViewFit;
  readonly suggestions: readonly Suggestion[];
  /** Of a detection: ATT&CK techniques of its rules. */
  readonly attack?: readonly string[];
  /** What else is worth knowing, in sentences. */
  readonly notes: readonly string[];
}
