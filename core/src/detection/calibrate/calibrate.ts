import type { Run } from '../../contracts/run.ts';
import { Calibration } from './calibration.ts';
import { provisionalWindows } from './provisional.ts';
import { enoughRows } from './ranking.ts';
import type { TrainingData } from './training-data.ts';
import { WindowBuilder } from './window-builder.ts';

export interface CalibrationResult {
  /** Null when there was nothing to calibrate on. */
  readonly calibration: Calibration | null;
  readonly warnings: readonly string[];
}

/** Makes one calibration window per scope from the training rows. */
export async function calibrate(data: TrainingData, run: Run): Promise<CalibrationResult> {
  const { scopes, component } = data;
  const builders = scopes.names.map(() => new WindowBuilder(component.definition.population, null));
  await provisionalWindows(data, builders, run);
  const calibration = new Calibration(new Map(builders.map((builder, scope) => [scopes.names[scope] as string, builder.finish()])));
  return { calibration: calibration.rows > 0 ? calibration : null, warnings: warningsOf(calibration) };
}

function warningsOf({ rows }: Calibration): string[] {
  if (rows === 0) return ['nothing to calibrate on: no user has 5 or more distinct accesses, so scores have no p-value'];
  if (rows < enoughRows) return [`only ${rows} calibration rows: p-values are coarse (smallest 1 in ${rows + 1})`];
  return [];
}
