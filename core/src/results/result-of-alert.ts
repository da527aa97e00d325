import { tacticsOf } from '../attack/index.ts';
import type { Explanation } from '../contracts/explanation.ts';
import { scoreOf } from '../detection/calibrate/p-value.ts';
import { isoDay } from '../detection/table/days.ts';
import type { AlertRecord, OutboxRecord } from '../state/index.ts';
import type { ResultRow } from './result-row.ts';

const moment = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

/** What an analyst is told of it: the sentence of the queue first, then what that does not say already, the weightiest first. */
function reasonsOf(explanation: Explanation | null): readonly string[] {
  if (!explanation) return [];
  const told: string[] = [];
  for (const sentence of [explanation.sentence, ...explanation.reasons.map((reason) => reason.sentence)]) {
    if (sentence !== '' && !told.some((before) => before.includes(sentence))) told.push(sentence);
  }
  return told;
}

/** An alert as it is stored, as the sinks and `byoml results` give it. */
export function resultOfAlert({ lastRun, incident, day, firstSeen, lastSeen, explanation, entities, ...alert }: Omit<AlertRecord, 'firstRun' | 'role' | 'coldSurprise'>): ResultRow {
  const { recordId, revision, detection, withdrawn, scope, user, resource, count, sourceHosts, status, surprise, pValue, severity, title, message, rule, techniques } = alert;
  return {
    recordId, revision, detection, run: lastRun, incident: incident ?? '', withdrawn, scope, user, resource, day: isoDay(day), count, sourceHosts: [...sourceHosts],
    firstSeen: moment(firstSeen), lastSeen: moment(lastSeen), status, surprise, pValue, score: scoreOf(pValue), severity, title, message,
    rule, techniques: [...techniques], tactics: tacticsOf(techniques).map(({ name }) => name), reasons: [...reasonsOf(explanation as Explanation | null)], entities: JSON.stringify(entities),
  };
}

type Noted = 'rule' | 'techniques';
type Payload = Omit<AlertRecord, 'firstRun' | 'lastRun' | Noted> & Partial<Pick<AlertRecord, Noted>>;

/** What waits for a sink. All of it was said when the run was committed; a row that has waited since rules were not noted names none. */
export function resultOfPayload({ recordId, revision, detection, run, payload }: OutboxRecord): ResultRow {
  return resultOfAlert({ rule: '', techniques: [], ...(payload as unknown as Payload), recordId, revision, detection, lastRun: run });
}
