/** The candidates that calibrate one scope, one cell per candidate. */
export interface CalibrationWindow {
  readonly surprise: Float64Array;
  /** Null where the model gives none; a hot row's may be NaN. */
  readonly coldSurprise: Float64Array | null;
  /** Class of status, 0 to 2. */
  readonly classes: Uint8Array;
  /** UTC day of each candidate; null in a provisional window, which was made without time. */
  readonly days: Int32Array | null;
  /** The working days that the window is made of, ascending, whether or not they had candidates; null in a provisional window. */
  readonly workingDays: readonly number[] | null;
}

/** One window of the rows of all; dated only when all are. */
export function pooled(windows: readonly CalibrationWindow[]): CalibrationWindow {
  const rows = windows.reduce((sum, { classes }) => sum + classes.length, 0);
  const dated = windows.every(({ days }) => days !== null);
  const cold = windows.every(({ coldSurprise, classes }) => coldSurprise !== null || classes.length === 0);
  return {
    surprise: joined(windows, new Float64Array(rows), ({ surprise }) => surprise),
    coldSurprise: cold ? joined(windows, new Float64Array(rows), ({ coldSurprise }) => coldSurprise) : null,
    classes: joined(windows, new Uint8Array(rows), ({ classes }) => classes),
    days: dated ? joined(windows, new Int32Array(rows), ({ days }) => days) : null,
    workingDays: dated ? [...new Set(windows.flatMap(({ workingDays }) => workingDays ?? []))].sort((a, b) => a - b) : null,
  };
}

function joined<A extends Float64Array | Int32Array | Uint8Array>(windows: readonly CalibrationWindow[], into: A, column: (window: CalibrationWindow) => A | null): A {
  let at = 0;
  for (const window of windows) {
    into.set(column(window) ?? [], at);
    at += window.classes.length;
  }
  return into;
}
