/** The candidates that calibrate one scope, one cell per candidate. */
export interface CalibrationWindow {
  readonly surprise: Float64Array;
  /** Null where the model gives none; a hot row's may be NaN. */
  readonly coldSurprise: Float64Array | null;
  /** Class of status, 0 to 2. */
  readonly classes: Uint8Array;
  /** UTC day of each candidate; null in a provisional window, which was made without time. */
  readonly days: Int32Array | null;
  /** Working days that were replayed, whether or not they had candidates; null in a provisional window. */
  readonly workingDays: number | null;
}

/** One window of the rows of all; dated only when all are, and then as long as the longest. */
export function pooled(windows: readonly CalibrationWindow[]): CalibrationWindow {
  const dated = windows.every(({ days }) => days !== null);
  return {
    surprise: joined(windows, ({ surprise }) => surprise),
    coldSurprise: windows.every(({ coldSurprise }) => coldSurprise !== null) ? joined(windows, ({ coldSurprise }) => coldSurprise as Float64Array) : null,
    classes: Uint8Array.from(windows.flatMap(({ classes }) => [...classes])),
    days: dated ? Int32Array.from(windows.flatMap(({ days }) => [...(days as Int32Array)])) : null,
    workingDays: dated ? Math.max(0, ...windows.map(({ workingDays }) => workingDays ?? 0)) : null,
  };
}

function joined(windows: readonly CalibrationWindow[], column: (window: CalibrationWindow) => Float64Array): Float64Array {
  const all = new Float64Array(windows.reduce((rows, { classes }) => rows + classes.length, 0));
  let at = 0;
  for (const window of windows) {
    all.set(column(window), at);
    at += window.classes.length;
  }
  return all;
}
