import type { Scopes } from '../table/accesses.ts';
import { isWorkday, mod, noDay } from '../table/days.ts';

/** Working days in a full calibration window. */
export const windowWorkingDays = 20;
/** Fewer distinct days than this, and a scope is calibrated without time. */
const fewestDays = 25;
/** Distinct days that a model must have learned from before its scores count. */
const learningDays = 5;

/** Monday 1970-01-05: blocks between two fits start here, then every `cadence` days, whatever the data. */
const firstMonday = 4;

/** The first day of the block that a day is in: the model that scores the day was fitted on all days before this one. */
export const blockStart = (day: number, cadence: number): number => day - mod(day - firstMonday, cadence);

/**
 * For each scope the last 20 working days on which it has rows and for which 5 of its days can be learned before; undefined
 * for a scope with fewer than 25 distinct days, with a row that has no day, or without such a working day. A scope's days
 * depend on its own rows alone.
 */
export function replayDays({ codes, names }: Scopes, dayOf: Int32Array, cadence: number): Array<ReadonlySet<number> | undefined> {
  const met = names.map(() => new Set<number>());
  for (let row = 0; row < dayOf.length; row++) met[codes[row] as number]?.add(dayOf[row] as number);
  return met.map((days) => windowOf([...days].sort((a, b) => a - b), cadence));
}

function windowOf(days: readonly number[], cadence: number): ReadonlySet<number> | undefined {
  if (days.length < fewestDays || days[0] === noDay) return undefined;
  const firstBlock = (days[learningDays - 1] as number) + 1;
  const usable = days.filter((day) => isWorkday(day) && blockStart(day, cadence) >= firstBlock);
  return usable.length === 0 ? undefined : new Set(usable.slice(-windowWorkingDays));
}
