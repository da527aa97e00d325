import type { AlertFilter, State } from '../state/index.ts';
import { resultOfAlert } from './result-of-alert.ts';
import type { ResultRow } from './result-row.ts';

export interface StoredFilter extends Pick<AlertFilter, 'detection' | 'from' | 'to'> {
  /** Also alerts that late data took back. */
  readonly withdrawn: boolean;
}

/** The alerts of production, each in its latest revision, oldest day first; never more than a day's in memory. */
export function* storedResults(state: State, { withdrawn, ...filter }: StoredFilter): Generator<ResultRow> {
  const wanted: AlertFilter = { ...filter, role: 'production', ...(!withdrawn && { withdrawn: false }) };
  for (const { key } of state.countAlertsBy(wanted, 'day')) {
    const day = Number(key);
    for (const alert of state.alerts({ ...wanted, from: day, to: day + 1 })) yield resultOfAlert(alert);
  }
}
