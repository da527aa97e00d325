import { pooled, type CalibrationWindow } from '../calibrate/window.ts';
import { windowWorkingDays } from '../calibrate/replay-days.ts';

/**
 * The window after one more working day was scored: its candidates join, and only the last 20 working days stay. `scored` has
 * that one day as its `workingDays`, also when it brought no candidates. Other days do not roll a window on.
 */
export function rolledOn(window: CalibrationWindow, scored: CalibrationWindow): CalibrationWindow {
  const joined = pooled([window, scored]);
  const workingDays = (joined.workingDays ?? []).slice(-windowWorkingDays);
  const kept = new Set(workingDays);
  const stays = (_: number, row: number): boolean => kept.has(joined.days?.[row] as number);
  return {
    surprise: joined.surprise.filter(stays),
    coldSurprise: joined.coldSurprise?.filter(stays) ?? null,
    classes: joined.classes.filter(stays),
    days: joined.days?.filter(stays) ?? null,
    workingDays,
  };
}
