import { statuses } from '../contracts/algorithm.ts';
import type { Scan } from '../contracts/data-source.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Explanation } from '../contracts/explanation.ts';
import type { Session } from '../ad-hoc/session.ts';
import { calibrationOf, decodedDay, windowDays } from '../detection/daily/calibration-window.ts';
import { classOfStatus } from '../detection/status-class.ts';
import { surpriseWithout, type SurpriseWithout } from '../detection/without.ts';
import { isoDay } from '../detection/table/days.ts';
import { withoutText } from '../detection/without-text.ts';
import { rawEvents, type RawEvents } from '../raw-events/index.ts';
import type { AlertRecord, IncidentRecord, State } from '../state/index.ts';
import { knownOf, readLeavingOut } from './left-out.ts';
import type { Plan } from './plan.ts';
import { spanWindow } from './rows.ts';

/** The alert whose record id is `id` or begins with it. Throws RECORD_UNKNOWN, also for a beginning of several. */
export function alertNamed(state: State, id: string, role: AlertRecord['role'] = 'production'): AlertRecord {
  const found = /^[0-9a-f]{4,64}$/u.test(id) ? state.alertsBeginning(id, role) : [];
  if (found.length === 1) return found[0] as AlertRecord;
  if (found.length > 1) throw new ByomlError('RECORD_UNKNOWN', `several alerts begin with ${id}`, { details: { alert: id } });
  const [hidden, ...others] = /^[0-9a-f]{4,64}$/u.test(id) ? state.suppressedBeginning(id) : [];
  const why = hidden && others.length === 0 ? `: suppression "${hidden.suppression}" of ${hidden.detection} hid ${hidden.user} → ${hidden.resource} on ${isoDay(hidden.day)}` : '';
  throw new ByomlError('RECORD_UNKNOWN', `there is no alert ${id}${why}`, { details: { alert: id } });
}

/** The incident whose id is `id` or begins with it. Throws RECORD_UNKNOWN, also for a beginning of several. */
export function incidentNamed(state: State, id: string): IncidentRecord {
  const found = /^[0-9a-f]{4,64}$/u.test(id) ? state.incidentsBeginning(id) : [];
  if (found.length === 1) return found[0] as IncidentRecord;
  throw new ByomlError('RECORD_UNKNOWN', found.length === 0 ? `there is no incident ${id}` : `several incidents begin with ${id}`, { details: { incident: id } });
}

/** What is left of an alert without some of its evidence, and the same as one sentence. */
export interface AlertWithout extends SurpriseWithout {
  readonly sentence: string;
}

/** What the alert's score becomes without some of its evidence, e.g. `{ peer: 'DOM\\ann' }`. */
export function alertWithout(state: State, alert: AlertRecord, evidence: Readonly<Record<string, string>>): AlertWithout {
  const explanation = alert.explanation as Explanation | null;
  if (!explanation) throw new ByomlError('EXPLAIN_UNSUPPORTED', `alert ${alert.recordId.slice(0, 12)} has no explanation`, { details: { alert: alert.recordId } });
  const run = state.run(alert.lastRun);
  const window = run ? state.calibration(run.calibration.generation, { before: alert.day, last: windowDays }).map(decodedDay) : [];
  const ranking = calibrationOf(window)?.of(alert.scope);
  const classOf = classOfStatus[statuses.indexOf(alert.status)] as number;
  const cold = explanation.explains === 'coldSurprise';
  const surprise = cold ? alert.coldSurprise : alert.surprise;
  const isRanked = ranking !== undefined && surprise !== null && ranking.usesCold(classOf) === cold;
  const rest = surpriseWithout(explanation, evidence, isRanked ? { surprise, pValue: alert.pValue, pOf: (value) => ranking.p(classOf, cold ? alert.surprise : value, cold ? value  : Number.NaN) } : null);
  return { ...rest, sentence: withoutText(explanation, evidence, rest) };
}

/** The records of the source behind an alert. */
export async function alertEvents(session: Session, plan: Plan, state: State, alert: AlertRecord, limit: number): Promise<RawEvents> {
  const { view, source, detection } = plan;
  if (!view) throw new ByomlError('USAGE_INVALID', `${detection.name} reads its rows as they are: no view stands between them and raw events`, { details: { detection: detection.name } });
  const { run } = session;
  const scan = await source.scan(spanWindow({ from: alert.day, to: alert.day + 1 }), run);
  const { scope, user, resource, day, count } = alert;
  const engine = await session.engine(detection.engine);
  const read = (part: Scan): Promise<RawEvents> => rawEvents({ engine, view: view.definition, settings: view.settings, row: { scope, user, resource, day, count }, scan: part, limit, run });
  return scan.kind === 'files' ? (await readLeavingOut(scan, knownOf(state, detection.name), read)).result : await read(scan);
}
