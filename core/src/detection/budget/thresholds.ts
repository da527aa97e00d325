import { ByomlError } from '../../contracts/errors.ts';
import type { Calibration } from '../calibrate/calibration.ts';
import type { Ranking } from '../calibrate/ranking.ts';
import type { CalibrationWindow } from '../calibrate/window.ts';
import { classCount } from '../status-class.ts';
import { classShares } from './class-shares.ts';
import { kthLargest } from './threshold.ts';

/** Fewest budgeted alerts in a window for which a scope gets a threshold of its own. */
const enoughAlerts = 50;

export interface Budget {
  /** Alerts per working day over all scopes. */
  readonly perDay: number;
  /** The correction so far, in [−1, 1]; see `corrected`. */
  readonly correction: number;
}

/** Decides whether a candidate is within the budget. Values are what the class is ordered by: see `Ranking.usesCold`. */
export interface Thresholds {
  exceeds(scope: string, classOf: number, surprise: number, coldSurprise: number): boolean;
  /** The threshold on the class's own values; null where the scope shares the pooled one, which is on p. */
  own(scope: string, classOf: number): number | null;
}

/**
 * Thresholds that spend `perDay` alerts a working day: per class the (B·share·eᶜ·W)-th largest of the window. A scope's part
 * of the budget is its part of the candidates; where that makes fewer than 50 alerts in its window, p is still within the scope
 * but the threshold on p is shared by all such scopes. Throws BUDGET_NEEDS_DAYS for windows without days.
 */
export function thresholds(calibration: Calibration, budget: Budget): Thresholds {
  const scopes = [...calibration.windows].map(([scope, window]) => ({ scope, ranking: calibration.of(scope), days: workingDays(scope, window), perDay: (budget.perDay * window.classes.length) / calibration.rows }));
  const growth = Math.exp(budget.correction);
  const large = scopes.filter(({ perDay, days }) => perDay * days >= enoughAlerts);
  const own = new Map(large.map(({ scope, ranking, days, perDay }) => [scope, ownThresholds(ranking, perDay * days * growth)]));
  const below = scopes.filter(({ scope }) => !own.has(scope));
  const small = below.length > 0 ? below : scopes; // unknown scopes need a threshold too
  let shared: readonly number[] | undefined;
  const pool = (): readonly number[] => (shared ??= sharedThresholds(small.map(({ ranking }) => ranking), small.reduce((alerts, { perDay, days }) => alerts + perDay * days, 0) * growth));
  return {
    own: (scope, classOf) => own.get(scope)?.[classOf] ?? null,
    exceeds: (scope, classOf, surprise, coldSurprise) => {
      const ranking = calibration.of(scope);
      const threshold = own.get(scope)?.[classOf];
      if (threshold !== undefined) return (ranking.usesCold(classOf) ? coldSurprise : surprise) >= threshold;
      return -ranking.p(classOf, surprise, coldSurprise) >= (pool()[classOf] as number);
    },
  };
}

function workingDays(scope: string, { workingDays: days }: CalibrationWindow): number {
  if (days) return days.length;
  throw new ByomlError('BUDGET_NEEDS_DAYS', `scope "${scope}" was calibrated without days, so alerts per day cannot be budgeted`, { details: { scope } });
}

function ownThresholds(ranking: Ranking, alerts: number): number[] {
  const values = classes.map((classOf) => ranking.own(classOf));
  const shares = classShares(values.map(({ length }) => length));
  const part = alerts / ranking.window.classes.length;
  return classes.map((classOf) => (shares[classOf] === 0 ? unmet(ranking.ascending(classOf), part) : kthLargest(values[classOf] as Float64Array, alerts * (shares[classOf] as number))));
}

/** A class that the window has no candidates of: the same part of what it is compared with. */
const unmet = (ascending: Float64Array, part: number): number => kthLargest(ascending, part * ascending.length);

/** Thresholds on −p over the windows of several scopes; each row's p leaves the row itself out of its window. */
function sharedThresholds(rankings: readonly Ranking[], alerts: number): number[] {
  const values = classes.map((classOf) => Float64Array.from(rankings.flatMap((ranking) => [...ranking.leaveOneOut(classOf)].map((p) => -p))).sort());
  const shares = classShares(values.map(({ length }) => length));
  const part = alerts / values.reduce((rows, { length }) => rows + length, 0);
  return classes.map((classOf) => (shares[classOf] === 0 ? -part : kthLargest(values[classOf] as Float64Array, alerts * (shares[classOf] as number))));
}

const classes: readonly number[] = Array.from({ length: classCount }, (_, classOf) => classOf);
