import type { History } from '../detection/daily/history.ts';
import { suppressionOf } from '../detection/daily/suppressing.ts';
import type { Suppression } from '../detection-file/index.ts';
import type { SuppressedRecord } from '../state/index.ts';
import { chosenPlaces } from './chosen-places.ts';
import type { Plan } from './plan.ts';
import { recordIdOf } from './record-id.ts';
import { judged } from './rule-rows.ts';
import type { DayScore } from './score-day.ts';

/** For each row of a day the suppression that is about it, −1 for none. An alert that stands is left alone: a suppression acts on what comes after it. */
export function suppressing(detection: string, history: History, suppressions: readonly Suppression[], standing: ReadonlySet<string>, day: number): (row: number) => number {
  const first = suppressionOf(suppressions);
  return (row) => {
    const [scope, user, resource] = [history.scope(row), history.user(row), history.resource(row)];
    const found = first({ scope, user, resource, sourceHosts: history.hosts(row) });
    return found >= 0 && standing.has(recordIdOf(detection, { scope, user, resource, day })) ? -1 : found;
  };
}

/** What the day's suppressions hide: rows that would have alerted without them, and later days of pairs that did. */
export function suppressedOn({ detection, rules }: Pick<Plan, 'detection' | 'rules'>, history: History, score: DayScore): SuppressedRecord[] {
  const { day, candidates, suppressedBy, suppressions, repeats } = score;
  const places = chosenPlaces(score.unsuppressed, score.exceeds).filter((place) => (suppressedBy[place] as number) >= 0);
  const alerts = judged(rules, history, score, places);
  const recordOf = (row: number, by: number, again: boolean, surprise: number, pValue: number): SuppressedRecord => {
    const [scope, user, resource] = [history.scope(row), history.user(row), history.resource(row)];
    return { detection: detection.name, day, recordId: recordIdOf(detection.name, { scope, user, resource, day }), suppression: (suppressions[by] as Suppression).id, scope, user, resource, surprise, pValue, again };
  };
  return [
    ...places.filter((place) => alerts.has(place)).map((place) => recordOf(candidates.rows[place] as number, suppressedBy[place] as number, false, candidates.surprise[place] as number, score.p[place] as number)),
    ...repeats.map(({ row, by }) => recordOf(row, by, true, 0, 1)),
  ];
}
