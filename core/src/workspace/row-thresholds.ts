import { thresholds, type Budget } from '../detection/budget/thresholds.ts';
import type { Calibration } from '../detection/calibrate/calibration.ts';

/** Whether a candidate is above the rule's threshold. */
export type RowThresholds = (scope: string, classOf: number, surprise: number, coldSurprise: number, p: number) => boolean;

/** Thresholds that spend the budget; with a calibration that has no days no rate is known, so no row is above. */
export function attainableThresholds(calibration: Calibration, budget: Budget): RowThresholds {
  if ([...calibration.windows.values()].some(({ workingDays }) => workingDays === null)) return () => false;
  const found = thresholds(calibration, budget);
  return (scope, classOf, surprise, coldSurprise) => found.exceeds(scope, classOf, surprise, coldSurprise);
}
