import { statuses } from '../contracts/algorithm.ts';
import { pairKey } from '../detection/daily/guards.ts';
import { keyOf, type History } from '../detection/daily/history.ts';
import { knownStatus } from '../detection/status-class.ts';
import { expiryText } from '../detection-file/index.ts';
import type { Drop, Funnel } from '../state/index.ts';
import type { Alerting } from './alerting.ts';
import type { DayScore } from './score-day.ts';

/**
 * Counts of a day's run that add up with its drops: read = kept + drops of `kept`; kept = scored + drops of `scored` + suppressed;
 * scored = sent + over budget + drops of `sent`.
 */
export function funnelOf(records: number, history: History, score: DayScore, { alerts, suppressed }: Alerting): Funnel {
  const { counts, candidates } = score;
  const hidden = hiddenPlaces(history, score, suppressed);
  const cold = candidates.status.reduce((sum, code, place) => sum + Number(!hidden.has(place) && statuses[code] !== 'scored' && code !== knownStatus), 0);
  return { read: records, kept: counts.kept, scored: candidates.rows.length - hidden.size, unknown: cold, overBudget: overBudget(history, score, alerts), suppressed: counts.guarded + counts.scanners + suppressed.length, sent: alerts.length };
}

/** Places of candidates that a suppression hid; those it is about that would not have alerted go their usual way. */
function hiddenPlaces(history: History, { candidates, suppressedBy }: DayScore, suppressed: Alerting['suppressed']): Set<number> {
  const pairs = new Set(suppressed.filter(({ again }) => !again).map(({ scope, user, resource }) => keyOf(scope, user, resource)));
  const places = new Set<number>();
  if (pairs.size > 0) candidates.rows.forEach((row, place) => (suppressedBy[place] as number) >= 0 && pairs.has(pairKey(history, row)) && places.add(place));
  return places;
}

/** Rows that the budget left out and that no rule alerted about on its own. */
function overBudget(history: History, { candidates, queue }: DayScore, alerts: Alerting['alerts']): number {
  const alerted = new Set(alerts.map(({ scope, user, resource }) => keyOf(scope, user, resource)));
  const places = queue.more.flatMap((draft) => draft.places).map((place) => candidates.rows[place] as number);
  return places.filter((row) => !alerted.has(keyOf(history.scope(row), history.user(row), history.resource(row)))).length;
}

export function dropsOf(history: History, { day, counts, line, queue, suppressions }: DayScore, { alerts, suppressed }: Alerting, funnel: Funnel): Drop[] {
  const rows = history.index.on(day);
  const behind = Math.round(rows.reduce((sum, row) => sum + history.count(row), 0));
  const drops: Drop[] = [
    { stage: 'kept', rows: funnel.read - behind, reason: 'records that the filters leave out' },
    { stage: 'kept', rows: behind - counts.kept, reason: 'further records of the same account, resource and day: they are counted in one row' },
    { stage: 'scored', rows: counts.known, reason: 'usual accesses: the account has been there before' },
    { stage: 'suppressed', rows: counts.guarded, reason: 'repeats of pairs that alerted in the last 14 days and were not judged; open incidents absorb them' },
    { stage: 'suppressed', rows: counts.scanners, reason: 'accounts that scan by trade, listed once' },
    ...suppressions.map(({ id, reason, expires }) => ({ stage: 'suppressed' as const, rows: suppressed.filter(({ suppression }) => suppression === id).length, reason: `suppression "${id}" until ${expiryText(expires)}: ${reason}` })),
    { stage: 'overBudget', rows: funnel.overBudget, reason: `${queue.more.length} more incidents above the line than the budget has room for` },
    { stage: 'sent', rows: funnel.scored - alerts.length - funnel.overBudget, reason: Number.isFinite(line) ? `below the line (incident score ${line.toFixed(2)}) and below the rule's threshold` : 'not among the oddest of the day' },
  ];
  return drops.filter((drop) => drop.rows > 0);
}
