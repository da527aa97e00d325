import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Clock } from '../contracts/services.ts';
import type { Session } from '../ad-hoc/session.ts';
import { History } from '../detection/daily/history.ts';
import { isoDay } from '../detection/table/days.ts';
import type { AuditRecord, DetectionState, ModelRecord, RunOutcome, State } from '../state/index.ts';
import { knownOf } from './left-out.ts';
import { loadMemory, memoryWith } from './load-memory.ts';
import type { Memory } from './memory.ts';
import { partOfRows } from './part-of-rows.ts';
import type { Plan } from './plan.ts';
import { progress } from './progress.ts';
import { inputOf, loadRows, type DaySpan } from './rows.ts';
import { previewLedger, stateLedger } from './ledger.ts';
import { trainOn } from './train-detection.ts';
import { replayDays, trainDays, utcDayOf } from './step.ts';

/** `share-access@12` → detection and version; without a version the active one. Throws RECORD_UNKNOWN. */
export function modelNamed(state: State, text: string): ModelRecord {
  const [, name = text, version] = /^(.*?)(?:@(\d+))?$/u.exec(text) ?? [];
  const models = state.models(name);
  const found = version === undefined ? models.find(({ role }) => role === 'active') : models.find((model) => model.version === Number(version));
  if (found) return found;
  const there = models.length === 0 ? `${name} has no models yet` : `${name} has the models ${models.map((model) => model.version).slice(0, 10).join(', ')}`;
  throw new ByomlError('RECORD_UNKNOWN', `there is no model ${text}; ${there}`, { details: { model: text } });
}

interface Changing {
  readonly state: State;
  readonly model: ModelRecord;
  readonly clock: Clock;
}

const audit = ({ model, clock }: Changing, action: AuditRecord['action'], detail: string): AuditRecord => ({ at: clock.now().toISOString(), action, detection: model.detection, detail });

/** Where a model that was made active or shadow goes on: at the day that production has reached. */
function stateFor({ state, model }: Changing, role: DetectionState['role']): DetectionState {
  const production = state.detection(model.detection, 'production');
  return {
    detection: model.detection, role, model: model.version, generation: model.generation,
    rowCorrection: production?.generation === model.generation ? production.rowCorrection : 0, queueCorrection: production?.generation === model.generation ? production.queueCorrection : 0,
    closedThrough: production?.closedThrough ?? null, learnedThrough: model.days.to - 1, trainedAt: production?.trainedAt ?? model.days.to,
  };
}

/** Lets a model score beside production; what it finds reaches no sink. */
export function shadow(changing: Changing): void {
  const { state, model } = changing;
  assertUsable(changing);
  if (model.role === 'active') throw new ByomlError('USAGE_INVALID', `${model.detection}@${model.version} is the active model`, { details: { model: model.version } });
  state.changeRoles(model.detection, [{ version: model.version, role: 'shadow' }], [stateFor(changing, 'shadow')], audit(changing, 'shadow', `model ${model.version} scores beside production`));
}

/** Makes a model the one whose results count. */
export function promote(changing: Changing, action: 'promote' | 'rollback' = 'promote'): void {
  const { state, model } = changing;
  assertUsable(changing);
  const before = state.detection(model.detection, 'production')?.model;
  state.changeRoles(model.detection, [{ version: model.version, role: 'active' }], [stateFor(changing, 'production')], audit(changing, action, `model ${model.version} takes the place of ${before ?? 'none'}`));
}

/** Goes back to the model that the last promotion replaced; without one to the last training before the active one. */
export function rollbackTarget(state: State, detection: string): ModelRecord {
  const active = modelNamed(state, detection);
  const last = state.audits(detection).filter(({ action }) => action === 'promote').at(-1);
  const replaced = last && /takes the place of (\d+)$/u.exec(last.detail)?.[1];
  const models = state.models(detection);
  const found = models.find(({ version }) => version === Number(replaced)) ?? models.find(({ made, version, days }) => made === 'train' && version < active.version && days.to < active.days.to);
  if (found) return found;
  throw new ByomlError('RECORD_UNKNOWN', `${detection} has no earlier model to go back to`, { details: { detection } });
}

function assertUsable({ model }: Changing): void {
  if (model.pruned) throw new ByomlError('MODEL_MISSING', `${model.detection}@${model.version} was removed to save space`, { details: { model: model.version } });
  if (!model.calibrated) throw new ByomlError('MODEL_UNCALIBRATED', `${model.detection}@${model.version} is not calibrated`, { details: { model: model.version } });
}

interface Training {
  readonly session: Session;
  readonly plan: Plan;
  readonly state: State;
  readonly clock: Clock;
  readonly run: Run;
}

/** Trains now, whatever the schedule says; as shadow beside the active model, or in its place. */
export async function trainNow({ session, plan, state, clock, run }: Training, role: 'production' | 'shadow'): Promise<Memory> {
  const production = await loadMemory(session, plan, state, 'production');
  const day = production?.state.closedThrough != null ? production.state.closedThrough + 1 : utcDayOf(clock.now());
  const span = { from: day - trainDays(plan) - replayDays, to: day };
  const rows = partOfRows(await loadRows(session, plan, span, run, { known: knownOf(state, plan.detection.name) }), span);
  const history = new History(plan.chosen.component, rows);
  return trainOn({ plan, role, ledger: stateLedger(state), history, rows, clock, run }, production && { ...production, state: { ...production.state, role } }, day);
}

interface AlertDifference {
  readonly day: string;
  readonly user: string;
  readonly resource: string;
  /** 1 in N, with either model; null where it does not alert. */
  readonly before: number | null;
  readonly after: number | null;
  readonly what: 'gained' | 'lost' | 'moved';
}

export interface ModelDifference {
  readonly days: { readonly from: string; readonly to: string };
  readonly before: number;
  readonly after: number;
  readonly same: number;
  readonly differences: readonly AlertDifference[];
}

/** Scores the last days with both models as they are, and says which alerts come, go or change their place. Records nothing. */
export async function difference({ session, plan, state, clock, run }: Training, before: ModelRecord, after: ModelRecord, days: number): Promise<ModelDifference> {
  const to = (state.detection(plan.detection.name, 'production')?.closedThrough ?? utcDayOf(clock.now()) - 1) + 1;
  const span: DaySpan = { from: to - days, to };
  const memories = [await memoryWith(session, plan, state, before, span.from), await memoryWith(session, plan, state, after, span.from)] as const;
  const rows = await loadRows(session, plan, span, run, { input: inputOf(memories.map(({ chosen }) => chosen)), known: knownOf(state, plan.detection.name) });
  const alerts = await Promise.all(memories.map(async (memory) => {
    const outcomes: RunOutcome[] = [];
    await progress({ session, plan, role: 'shadow', ledger: previewLedger(outcomes), clock, memory, days: span, partial: null, rows, retrains: false, learns: false, run });
    return new Map(outcomes.flatMap((outcome) => outcome.alerts).map((alert) => [alert.recordId, alert]));
  }));
  const [old, fresh] = alerts as [Map<string, RunOutcome['alerts'][number]>, Map<string, RunOutcome['alerts'][number]>];
  const rankOf = (of: typeof old): Map<string, number> => new Map([...of.values()].toSorted((a, b) => a.pValue - b.pValue || b.surprise - a.surprise).map(({ recordId }, at) => [recordId, at]));
  const [oldRank, freshRank] = [rankOf(old), rankOf(fresh)];
  const differences = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((id): AlertDifference[] => {
    const [a, b] = [old.get(id), fresh.get(id)];
    const { day, user, resource } = (a ?? b) as RunOutcome['alerts'][number];
    const facts = { day: isoDay(day), user, resource, before: a ? 1 / a.pValue : null, after: b ? 1 / b.pValue : null };
    if (!a) return [{ ...facts, what: 'gained' }];
    if (!b) return [{ ...facts, what: 'lost' }];
    return oldRank.get(id) === freshRank.get(id) ? [] : [{ ...facts, what: 'moved' }];
  });
  return { days: { from: isoDay(span.from), to: isoDay(span.to) }, before: old.size, after: fresh.size, same: old.size + fresh.size - new Set([...old.keys(), ...fresh.keys()]).size, differences };
}
