import type { Explanation } from '../contracts/explanation.ts';
import { severities, type Severity } from '../contracts/rule.ts';
import type { Run } from '../contracts/run.ts';
import { guardDays } from '../detection/daily/guards.ts';
import { keyOf, type History } from '../detection/daily/history.ts';
import type { IncidentDraft } from '../detection/daily/incidents.ts';
import { oneInOf } from '../detection/daily/queue.ts';
import { explanationsOf } from '../detection/explain.ts';
import type { EvidenceRecord, GuardRecord, Role, RunOutcome } from '../state/index.ts';
import { incidentSentence } from './incident-sentence.ts';
import type { Memory } from './memory.ts';
import type { Plan } from './plan.ts';
import { incidentIdOf, recordIdOf } from './record-id.ts';
import { judged, type Judged } from './rule-rows.ts';
import { chosenPlaces } from './chosen-places.ts';
import { statusOf, type DayScore } from './score-day.ts';
import { suppressedOn } from './suppressed.ts';

export interface Alerting extends Pick<RunOutcome, 'alerts' | 'incidents' | 'evidence' | 'suppressed'> {
  readonly guards: readonly GuardRecord[];
  /** `keyOf(scope, user, resource)` → incident. */
  readonly alerted: ReadonlyMap<string, string>;
}

interface Request {
  readonly plan: Plan;
  readonly history: History;
  readonly memory: Memory;
  readonly score: DayScore;
  readonly role: Role;
}

type NewAlert = RunOutcome['alerts'][number];
type NewIncident = RunOutcome['incidents'][number];
type NewEvidence = RunOutcome['evidence'][number];

/** Rules over the queue and over what is above the threshold; the queue's incidents are those in which a rule chose a row. */
export async function alerting(request: Request, run: Run): Promise<Alerting> {
  const { plan, history, memory, score, role } = request;
  const places = chosenPlaces(score.queue, score.exceeds).filter((place) => (score.suppressedBy[place] as number) < 0);
  const chosen = judged(plan.rules, history, score, places);
  const alertPlaces = places.filter((place) => chosen.has(place));
  const explanations = await explanationsOf(memory.chosen.component, memory.learned.model, history.table, Int32Array.from(alertPlaces, (place) => score.candidates.rows[place] as number), run);
  const explained = new Map(alertPlaces.map((place, at) => [place, explanations?.[at] ?? null]));
  const drafts = score.queue.queued.filter((draft) => draft.places.some((place) => chosen.has(place)));
  const incidentOf = new Map(drafts.flatMap((draft) => draft.places.map((place) => [place, idOf(request, draft)] as const)));
  const alerts = alertPlaces.map((place) => alertAt(request, place, chosen.get(place) as Judged, explained.get(place) ?? null, incidentOf.get(place) ?? null));
  const byPlace = new Map(alertPlaces.map((place, at) => [place, alerts[at] as NewAlert]));
  const incidents = drafts.map((draft, at) => incidentAt(request, draft, at + 1, draft.places.flatMap((place) => byPlace.get(place) ?? [])));
  return {
    alerts,
    incidents,
    evidence: [...alerts.flatMap((alert) => (alert.incident === null ? [] : [evidenceOf(alert, 'first')])), ...absorbed(request)],
    suppressed: suppressedOn(plan, history, score),
    guards: role === 'shadow' ? [] : alerts.map(({ detection, scope, user, resource, day }) => ({ detection, scope, user, resource, since: day, until: day + guardDays })),
    alerted: new Map(alerts.flatMap(({ scope, user, resource, incident }) => (incident === null ? [] : [[keyOf(scope, user, resource), incident] as const]))),
  };
}

const idOf = ({ plan, role, score }: Request, draft: IncidentDraft): string => incidentIdOf(plan.detection.name, role, draft, score.day);

function alertAt({ plan, history, score, role }: Request, place: number, { severity, rule, techniques, title, message, entities }: Judged, explanation: Explanation | null, incident: string | null): NewAlert {
  const row = score.candidates.rows[place] as number;
  const [scope, user, resource, { day }] = [history.scope(row), history.user(row), history.resource(row), score];
  return {
    recordId: recordIdOf(plan.detection.name, { scope, user, resource, day }),
    detection: plan.detection.name, role, scope, user, resource, day,
    count: history.count(row), sourceHosts: [...history.hosts(row)],
    firstSeen: moment(history.rows.firstSeen, row), lastSeen: moment(history.rows.lastSeen, row),
    status: statusOf(score.candidates, place), surprise: score.candidates.surprise[place] as number, coldSurprise: coldOf(score, place), pValue: score.p[place] as number,
    severity, rule, techniques, title, message, entities, explanation, incident, withdrawn: false,
  };
}

const coldOf = ({ candidates: { coldSurprise, classes } }: DayScore, place: number): number | null => (coldSurprise && classes[place] !== 0 ? (coldSurprise[place] as number) : null);

const moment = (column: Float64Array | null, row: number): number | null => {
  const value = column?.[row];
  return value === undefined || Number.isNaN(value) ? null : value;
};

function incidentAt(request: Request, draft: IncidentDraft, rank: number, alerts: readonly NewAlert[]): NewIncident {
  const { plan, history, score, role } = request;
  const rows = draft.places.map((place) => score.candidates.rows[place] as number);
  const distinct = (of: (row: number) => readonly string[]): string[] => [...new Set(rows.flatMap(of))];
  const users = distinct((row) => [history.user(row)]);
  const resources = distinct((row) => [history.resource(row)]);
  return {
    id: idOf(request, draft), detection: plan.detection.name, role, kind: draft.kind, scope: draft.scope, entity: draft.entity, day: score.day,
    users, sourceHosts: draft.kind === 'source' ? [draft.entity] : distinct((row) => history.hosts(row)), resources,
    surprise: draft.score, oneIn: oneInOf(score.scores, draft.score), rank, status: 'open',
    severity: gravest(alerts), sentence: incidentSentence(draft, users, resources, alerts),
  };
}

const gravest = (alerts: readonly NewAlert[]): Severity => severities[Math.max(0, ...alerts.map(({ severity }) => severities.indexOf(severity)))] as Severity;

const evidenceOf = ({ incident, recordId, user, resource, day, count, lastSeen, surprise, pValue, message }: NewAlert, kind: EvidenceRecord['kind']): NewEvidence => ({
  incident: incident as string, recordId, kind, user, resource, day, count, lastSeen, surprise, pValue, sentence: message,
});

/** Repeats of a pair that an open incident holds: one more piece of its evidence, outside the budget. */
function absorbed({ plan, history, memory, score }: Request): NewEvidence[] {
  return [...score.guarded].flatMap((row) => {
    const [scope, user, resource] = [history.scope(row), history.user(row), history.resource(row)];
    const open = memory.open.get(keyOf(scope, user, resource));
    if (!open || open.day >= score.day) return [];
    return [{
      incident: open.incident, recordId: recordIdOf(plan.detection.name, { scope, user, resource, day: score.day }), kind: 'absorbed' as const, user, resource, day: score.day,
      count: history.count(row), lastSeen: moment(history.rows.lastSeen, row), surprise: 0, pValue: 1, sentence: `${user} accessed ${resource} again.`,
    }];
  });
}
