import type { Suppression } from '../detection-file/index.ts';
import type { SuppressedCount, SuppressedRecord } from '../state/index.ts';

/** A suppression that hides more than this part of the alerts has to be confirmed. */
export const widePart = 0.01;
/** Days over which that is counted. */
export const wideDays = 30;

/** Alerts of the days before, and what was hidden of them. */
export interface Recent {
  readonly alerts: number;
  readonly suppressed: readonly SuppressedCount[];
}

/** A sentence for each suppression that has hidden more than 1 % of what would have alerted in 30 days, and that nobody has confirmed. */
export function wideWarnings(suppressions: readonly Suppression[], { alerts, suppressed }: Recent, day: { readonly alerts: number; readonly suppressed: readonly SuppressedRecord[] }): string[] {
  const hidden = new Map(suppressed.map((count) => [count.suppression, count.alerts]));
  for (const { suppression, again } of day.suppressed) if (!again) hidden.set(suppression, (hidden.get(suppression) ?? 0) + 1);
  const all = alerts + day.alerts + [...hidden.values()].reduce((sum, count) => sum + count, 0);
  return suppressions.filter(({ wide }) => !wide).flatMap(({ id }) => {
    const count = hidden.get(id) ?? 0;
    if (count <= widePart * all) return [];
    return [`suppression "${id}" hid ${count} of ${all} alerts of the last ${wideDays} days (${((100 * count) / all).toFixed(1)} %), more than 1 %: write wide: true in it if that is meant`];
  });
}
