/** Row numbers of each part, in the order of the rows. */
export interface TemporalSplit {
  readonly train: Int32Array;
  readonly calibrate: Int32Array;
  readonly test: Int32Array;
}

/** Rows before `calibrateFrom`, from then to before `testFrom`, and from `testFrom` on. Days are whole days since 1970-01-01 UTC. */
export function temporalSplit(days: Int32Array, { calibrateFrom, testFrom }: { readonly calibrateFrom: number; readonly testFrom: number }): TemporalSplit {
  const rows = Int32Array.from(days, (_, i) => i);
  const day = (row: number): number => days[row] as number;
  return {
    train: rows.filter((row) => day(row) < calibrateFrom && day(row) < testFrom),
    calibrate: rows.filter((row) => day(row) >= calibrateFrom && day(row) < testFrom),
    test: rows.filter((row) => day(row) >= testFrom),
  };
}
