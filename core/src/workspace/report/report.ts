import type { Explanation } from '../../contracts/explanation.ts';
import { ByomlError } from '../../contracts/errors.ts';
import type { Session } from '../../ad-hoc/session.ts';
import { History, keyOf } from '../../detection/daily/history.ts';
import { isoDay } from '../../detection/table/days.ts';
import { isWorkday } from '../../detection-file/index.ts';
import type { ReportData, RunPicture } from '../../reporting/index.ts';
import type { AlertRecord, IncidentRecord, ModelRecord, RunRecord, State } from '../../state/index.ts';
import { knownOf } from '../left-out.ts';
import type { Plan } from '../plan.ts';
import { loadRows, type DayRows } from '../rows.ts';
import { accessCounts, type AccessCounts } from './access-counts.ts';
import { flowOf } from './flow.ts';
import { evidenceNames, incidentPictureOf } from './incident-picture.ts';

interface Reported {
  readonly session: Session;
  readonly plan: Plan;
  readonly state: State;
  readonly run: RunRecord;
  /** Rows that are in memory already; read from the source where they do not reach back far enough. */
  readonly rows: DayRows | null;
  /** Whether the data is generated, not real. */
  readonly generated: boolean;
  readonly made: Date;
}

const pictureDays = 60;
const shownQueueDays = 60;
const shownIncidents = 40;

/** All that the report of a score run shows. */
export async function reportOf(reported: Reported): Promise<ReportData> {
  const { plan, state, run, generated, made } = reported;
  const { name, budget } = plan.detection;
  if (run.kind !== 'score' || run.day === null) throw new ByomlError('RECORD_UNKNOWN', `run ${run.number} trained a model; reports are of score runs`, { details: { run: run.number } });
  const day = run.day;
  const model = state.model(name, run.model.version);
  const incidents = state.incidents({ detection: name, role: 'production', from: day - shownQueueDays, to: day + 1, queued: true, limit: shownIncidents });
  const alerts = new Map(incidents.map((incident) => [incident.id, state.alerts({ detection: name, role: 'production', incident: incident.id }).filter(({ withdrawn }) => !withdrawn)]));
  const history = await historyOf(reported, Math.min(day, ...incidents.map((incident) => incident.day)) - 30, day);
  const accesses = accessCounts(history, usersOf(incidents, alerts));
  const picture = run.picture as Omit<RunPicture, 'flow'>;
  return {
    detection: name, run: run.number, window: run.window, made: made.toISOString(), generated,
    algorithm: model?.algorithm ?? plan.chosen.component.address, model: modelOf(run, model, day),
    budget: budget.perDay, days: daysOf(plan, state, day),
    incidents: incidents.map((incident) => reportedIncident(state, incident, alerts.get(incident.id) ?? [], accesses)),
    scanners: scannersOn(history, day, model?.scanners ?? []),
    funnel: run.funnel, drops: [...run.drops],
    picture: { histogram: picture.histogram, calibration: picture.calibration, flow: flowOf(history, day, [...alerts.values()].flat()) },
    warnings: [...run.warnings], commands: commandsOf(plan, run, incidents),
  };
}

const modelOf = ({ model: { version, digest } }: RunRecord, model: ModelRecord | null, day: number): ReportData['model'] => ({
  version, digest, from: isoDay(model?.days.from ?? day), to: isoDay(model?.days.to ?? day), rows: model?.rows ?? 0,
});

async function historyOf({ session, plan, state, rows }: Reported, from: number, day: number): Promise<History> {
  const wanted = { from: day - pictureDays, to: day + 1 };
  const isEnough = rows !== null && rows.span.from <= Math.max(from, wanted.from) && rows.span.to > day;
  return new History(plan.chosen.component, isEnough ? rows : await loadRows(session, plan, wanted, session.run, { known: knownOf(state, plan.detection.name) }));
}

function usersOf(incidents: readonly IncidentRecord[], alerts: ReadonlyMap<string, readonly AlertRecord[]>): Set<string> {
  const users = incidents.flatMap(({ id, scope, users: own }) => [...own, ...evidenceNames(alerts.get(id) ?? []).peers.slice(0, 8)].map((user) => keyOf(scope, user)));
  return new Set(users);
}

function daysOf({ detection }: Plan, state: State, last: number): ReportData['days'] {
  const runs = state.runs({ detection: detection.name, kind: 'score', role: 'production', from: last - shownQueueDays + 1, to: last + 1 });
  const latest = new Map<number, RunRecord>();
  for (const run of runs) if (run.day !== null && !latest.has(run.day)) latest.set(run.day, run);
  return [...latest].sort(([a], [b]) => a - b).map(([day, { incidents, more, funnel }]) => ({ day: isoDay(day), queued: incidents, more, candidates: funnel.scored, workday: isWorkday(detection.calendar, day) }));
}

function reportedIncident(state: State, incident: IncidentRecord, alerts: readonly AlertRecord[], accesses: AccessCounts): ReportData['incidents'][number] {
  const { id, day, rank, kind, entity, severity, users, sourceHosts, resources, surprise, oneIn, sentence, status } = incident;
  return {
    id, day: isoDay(day), rank: rank ?? 1, kind, entity, severity, users: [...users], sourceHosts: [...sourceHosts], resources: [...resources], surprise, oneIn, sentence, status,
    evidence: state.evidence(id).length, alerts: alerts.map(reportedAlert).sort((a, b) => a.pValue - b.pValue), picture: incidentPictureOf(incident, alerts, accesses),
  };
}

const moment = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function reportedAlert({ recordId, user, resource, status, surprise, pValue, count, sourceHosts, firstSeen, lastSeen, message, explanation }: AlertRecord): ReportData['incidents'][number]['alerts'][number] {
  const { sentence = message, reasons = [], quantity = 'surprise', total = surprise, exact = false, terms = [] } = (explanation ?? {}) as Partial<Explanation>;
  return {
    recordId, user, resource, status, surprise, pValue, count, sourceHosts: [...sourceHosts], firstSeen: moment(firstSeen), lastSeen: moment(lastSeen),
    sentence, reasons: reasons.map((reason) => reason.sentence), quantity, total, exact,
    contributions: terms.map(({ from, value }) => ({ label: Object.values(from).join(' · '), value })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
  };
}

function scannersOn(history: History, day: number, scanners: ReadonlyArray<{ readonly scope: string; readonly user: string }>): ReportData['scanners'] {
  const counts = new Map(scanners.map(({ scope, user }) => [keyOf(scope, user), { entity: user, rows: 0 }]));
  for (const row of history.index.on(day)) {
    const found = counts.get(keyOf(history.scope(row), history.user(row)));
    if (found) found.rows++;
  }
  return [...counts.values()].sort((a, b) => b.rows - a.rows);
}

function commandsOf({ detection: { name } }: Plan, run: RunRecord, incidents: readonly IncidentRecord[]): ReportData['commands'] {
  const first = incidents.at(0);
  return [
    ...(first ? [{ what: 'Everything about an incident', command: `byoml incidents show ${first.id}` }] : []),
    { what: 'The queue of the last days', command: `byoml incidents list --detection ${name}` },
    { what: 'Another budget on the last 30 days', command: `byoml preview ${name} --days 30 --budget 5/day` },
    { what: 'This run', command: `byoml runs show ${run.number}` },
  ];
}
