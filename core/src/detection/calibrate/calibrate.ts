import type { Run } from '../../contracts/run.ts';
import { Calibration } from './calibration.ts';
import { provisionalWindows } from './provisional.ts';
import { enoughRows } from './ranking.ts';
import { replay } from './replay.ts';
import { replayDays } from './replay-days.ts';
import type { TrainingData } from './training-data.ts';
import { WindowBuilder } from './window-builder.ts';

export interface CalibrationResult {
  /** Null when there was nothing to calibrate on. */
  readonly calibration: Calibration | null;
  readonly warnings: readonly string[];
}

/**
 * Makes one window per scope: by replaying the scope's last working days where it has 25 distinct days or more, else
 * provisionally. `cadenceDays` is how far apart two fits are in production.
 */
export async function calibrate(data: TrainingData, cadenceDays: number, run: Run): Promise<CalibrationResult> {
  const { scopes, component, days } = data;
  const { population } = component.definition;
  const windows = days ? replayDays(scopes, days, cadenceDays) : scopes.names.map(() => undefined);
  const dated = windows.map((window) => (window ? new WindowBuilder(population, [...window]) : undefined));
  const undated = windows.map((window) => (window ? undefined : new WindowBuilder(population, null)));
  if (days && dated.some(Boolean)) await replay({ data, days, windows, builders: dated, cadence: cadenceDays }, run);
  if (undated.some(Boolean)) await provisionalWindows(data, undated, run);
  const finished = scopes.names.map((name, scope) => [name, (dated[scope] ?? (undated[scope] as WindowBuilder)).finish()] as const);
  const calibration = new Calibration(new Map(finished));
  return { calibration: calibration.rows > 0 ? calibration : null, warnings: warningsOf(calibration, dated.some(Boolean), data.accesses !== null) };
}

function warningsOf({ rows }: Calibration, replayed: boolean, ofPairs: boolean): string[] {
  const undated = ofPairs ? 'no user has 5 or more distinct accesses' : 'there are too few rows to hold any out';
  const why = replayed ? 'the replayed days have no new access' : undated;
  if (rows === 0) return [`nothing to calibrate on: ${why}, so scores have no p-value`];
  if (rows < enoughRows) return [`only ${rows} calibration rows: p-values are coarse (smallest 1 in ${rows + 1})`];
  return [];
}
