/** How far a long call is; `done` only grows within one `unit`. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
}

/** What every long call receives: which run this is, when to stop, where to report. */
export interface Run {
  readonly id: string;
  readonly seed: number;
  readonly signal: AbortSignal;
  progress(update: Progress): void;
}

/** A span of time, UTC, half-open: `from` belongs to it, `to` does not. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}
