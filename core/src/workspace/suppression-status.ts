import { matcherOf } from '../detection/daily/suppressing.ts';
import { isoDay } from '../detection/table/days.ts';
import { expiryText, type Detection, type Suppression } from '../detection-file/index.ts';
import type { State } from '../state/index.ts';
import { recentAlerts } from './ledger.ts';
import { utcDayOf } from './step.ts';
import { wideDays, widePart } from './wide-suppressions.ts';

/** A suppression and what has come of it. */
export interface SuppressionStatus {
  readonly detection: string;
  readonly id: string;
  readonly match: Readonly<Record<string, string>>;
  readonly owner: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly expires: string;
  readonly expired: boolean;
  readonly wide: boolean;
  /** Alerts that it hid, each counted once. */
  readonly hid: number;
  /** Later days of their accesses. */
  readonly again: number;
  /** UTC day, ISO 8601. */
  readonly lastHidden: string | null;
}

/** The suppressions of a detection, in the order of its file. */
export function suppressionStatuses(state: State, { name, suppress }: Pick<Detection, 'name' | 'suppress'>, now: Date): SuppressionStatus[] {
  const counts = new Map(state.suppressedCounts({ detection: name }).map((count) => [count.suppression, count]));
  return suppress.map(({ id, match, owner, reason, expires, wide }) => {
    const count = counts.get(id);
    return {
      detection: name, id, match: Object.fromEntries(Object.entries(match).flatMap(([key, pattern]) => (pattern === null ? [] : [[key, pattern]]))), owner, reason,
      expires: expiryText(expires), expired: expires < now.getTime(), wide, hid: count?.alerts ?? 0, again: count?.again ?? 0, lastHidden: count ? isoDay(count.lastDay) : null,
    };
  });
}

/** What a suppression would have done to the alerts of the last 30 days. */
export interface WouldHide {
  /** Alerts that it would have hidden, of all, those that others hid included. */
  readonly alerts: number;
  readonly of: number;
  /** Whether that is more than 1 %, which has to be confirmed. */
  readonly wide: boolean;
}

export function wouldHide(state: State, detection: string, match: Suppression['match'], now: Date): WouldHide {
  const today = utcDayOf(now);
  const days = { from: today - wideDays + 1, to: today + 1 };
  const matches = matcherOf(match);
  const alerts = state.alerts({ detection, role: 'production', withdrawn: false, ...days }).filter(matches).length;
  const recent = recentAlerts(state, detection, days);
  const of = recent.alerts + recent.suppressed.reduce((sum, count) => sum + count.alerts, 0);
  return { alerts, of, wide: alerts > widePart * of };
}
