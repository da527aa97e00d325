import type { Session } from '../ad-hoc/session.ts';
import { decodedDay, windowDays } from '../detection/daily/calibration-window.ts';
import { guardDays } from '../detection/daily/guards.ts';
import { keyOf } from '../detection/daily/history.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { ModelRecord, Role, RunRecord, State } from '../state/index.ts';
import type { Memory, OpenPair } from './memory.ts';
import { openStored } from './model-store.ts';
import type { Plan } from './plan.ts';
import { trainDays } from './step.ts';
import { hiddenWith } from './hidden-pairs.ts';

/** What scoring goes on from, as the state holds it; null for a detection that has never been trained. */
export async function loadMemory(session: Session, plan: Plan, state: State, role: Role): Promise<Memory | null> {
  const held = state.detection(plan.detection.name, role);
  if (!held) return null;
  const day = (held.closedThrough ?? held.trainedAt - 1) + 1;
  return assembled(session, plan, state, { held, record: recordOf(state, plan, held.model), day, role });
}

/** What a run of a closed day started from: its model, its window and its corrections. */
export async function memoryOf(session: Session, plan: Plan, state: State, run: RunRecord, role: Role): Promise<Memory> {
  const current = state.detection(plan.detection.name, role);
  if (!current || run.day === null) throw new ByomlError('RECORD_UNKNOWN', `run ${run.number} scored no day of ${plan.detection.name}`, { details: { run: run.number } });
  const held = { ...current, model: run.model.version, generation: run.calibration.generation, rowCorrection: run.calibration.row, queueCorrection: run.calibration.queue };
  return assembled(session, plan, state, { held, record: recordOf(state, plan, run.model.version), day: run.day, role });
}

/** A model as if it scored from `day` on, with production's guards and sightings. */
export async function memoryWith(session: Session, plan: Plan, state: State, record: ModelRecord, day: number): Promise<Memory> {
  const production = state.detection(plan.detection.name, 'production');
  if (!production) throw new ByomlError('RECORD_UNKNOWN', `${plan.detection.name} has not run yet`, { details: { detection: plan.detection.name } });
  const same = production.generation === record.generation;
  const held = { ...production, role: 'shadow' as const, model: record.version, generation: record.generation, rowCorrection: same ? production.rowCorrection : 0, queueCorrection: same ? production.queueCorrection : 0, closedThrough: day - 1 };
  const memory = await assembled(session, plan, state, { held, record, day, role: 'shadow' });
  // A generation that begins later than the day has no window before it: its first one serves.
  return memory.window.length > 0 ? memory : { ...memory, window: state.calibration(record.generation, { before: record.days.to, last: windowDays }).map(decodedDay) };
}

interface Parts {
  readonly held: Memory['state'];
  readonly record: ModelRecord;
  readonly day: number;
  readonly role: Role;
}

async function assembled(session: Session, plan: Plan, state: State, { held, record, day, role }: Parts): Promise<Memory> {
  const opened = await openStored(session, plan.workspace, record);
  const window = state.calibration(held.generation, { before: day, last: windowDays }).map(decodedDay);
  const { name } = plan.detection;
  return {
    chosen: { component: opened.component, settings: opened.manifest.algorithm.settings, profile: opened.manifest.algorithm.profile, code: opened.manifest.code },
    state: held, record, window,
    learned: { model: opened.model, from: record.days.from, to: record.days.to, rows: record.rows },
    provisional: window.some(({ scopes }) => scopes.size > 0) ? null : opened.calibration,
    guards: new Map(state.guards(name, day).map((guard) => [keyOf(guard.scope, guard.user, guard.resource), guard])),
    hidden: hiddenWith(new Map(), state.suppressed({ detection: name, from: day - trainDays(plan) - guardDays, to: day })),
    open: openPairs(state, name, role, day),
    hosts: new Map(state.hosts(name).map(({ scope, user, host, firstDay }) => [keyOf(scope, user, host), firstDay])),
    scanners: new Set(record.scanners.map(({ scope, user }) => keyOf(scope, user))),
  };
}

function recordOf(state: State, { detection }: Plan, version: number): ModelRecord {
  const record = state.model(detection.name, version);
  if (!record || record.pruned) throw new ByomlError('RECORD_UNKNOWN', `${detection.name}: model ${version} ${record ? 'was removed to save space' : 'does not exist'}`, { details: { detection: detection.name, version } });
  return record;
}

/** As closing the days one by one gives them: each pair with the incident that its alert ended in. */
function openPairs(state: State, detection: string, role: Role, day: number): ReadonlyMap<string, OpenPair> {
  const from = day - guardDays + 1;
  const open = new Set(state.openIncidents(detection, role, from).map(({ id }) => id));
  const alerts = open.size === 0 ? [] : state.alerts({ detection, role, from, to: day, withdrawn: false });
  const pairs = alerts.toSorted((a, b) => a.day - b.day).flatMap(({ scope, user, resource, incident, day: at }) => (incident !== null && open.has(incident) ? [[keyOf(scope, user, resource), { incident, day: at }] as const] : []));
  return new Map(pairs);
}
