import type { ResultRow } from './result-row.ts';

const dayMs = 86_400_000;

/** When the access was, ISO 8601: as the data tells, else its whole UTC day (the last millisecond of it included). */
export function spanOf({ day, firstSeen, lastSeen }: Pick<ResultRow, 'day' | 'firstSeen' | 'lastSeen'>): { readonly start: string; readonly end: string } {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  const [dayStart, dayEnd] = [new Date(midnight).toISOString(), new Date(midnight + dayMs - 1).toISOString()];
  return { start: firstSeen || (lastSeen && lastSeen < dayStart ? lastSeen : dayStart), end: lastSeen || (firstSeen && firstSeen > dayEnd ? firstSeen : dayEnd) };
}
