import { statuses, type Status } from '../contracts/algorithm.ts';
import type { Calibration } from './calibrate/calibration.ts';
import { classOfStatus, knownStatus } from './status-class.ts';

/** A scored row, as far as its p-value depends on it. */
export interface RankedRow {
  readonly scope: string;
  readonly status: Status;
}

/** The p-value that a row of this scope and status has at a surprise: of the column that its class is ordered by. */
export function pOfSurprise(calibration: Calibration, population: 'new-pairs' | 'all', { scope, status }: RankedRow): (surprise: number) => number {
  const code = statuses.indexOf(status);
  if (code === knownStatus && population === 'new-pairs') return () => 1;
  const ranking = calibration.of(scope);
  return (surprise) => ranking.p(classOfStatus[code] as number, surprise, surprise);
}
