import type { Clock } from '../contracts/services.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import { History } from '../detection/daily/history.ts';
import { isoDay } from '../detection/table/days.ts';
import type { ModelRecord, Role, RunOutcome, RunRecord, State } from '../state/index.ts';
import { stateLedger, type Ledger } from './ledger.ts';
import { loadMemory } from './load-memory.ts';
import type { Memory } from './memory.ts';
import type { Plan } from './plan.ts';
import { loadRows, type DayRows, type DaySpan } from './rows.ts';
import { runDay } from './day-run.ts';
import { everyDays, replayDays, startOfDay, trainDays, utcDayOf, type Stepping } from './step.ts';
import { trainOn, updateTo } from './train-detection.ts';
import { watermarksOf } from './watermarks.ts';

export interface Progressing {
  readonly session: Session;
  readonly plan: Plan;
  readonly role: Role;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly memory: Memory | null;
  /** Days to score, half-open; each is whole. */
  readonly days: DaySpan;
  /** The day after them, as far as it has come. */
  readonly partial: Date | null;
  /** Called when a day was recorded. */
  readonly onDay?: ((record: RunRecord, outcome: RunOutcome) => void) | undefined;
  /** Rows that were read already. */
  readonly rows?: DayRows | undefined;
  readonly run: Run;
}

export interface Progressed {
  readonly memory: Memory;
  readonly rows: DayRows;
}

/** Goes from day to day: trains when it is due, learns the day before, scores the day. */
export async function progress(request: Progressing): Promise<Progressed> {
  const { session, plan, run, days, partial } = request;
  const last = partial ? utcDayOf(partial) + 1 : days.to;
  const span = { from: firstNeeded(plan, request.memory, days.from, last), to: last };
  session.options.step('reading');
  const rows = request.rows ?? (await loadRows(session, plan, span, run));
  const stepping: Stepping = { plan, role: request.role, ledger: request.ledger, history: new History(plan.chosen.component, rows), rows, clock: request.clock, run: quiet(run) };
  session.options.step('scoring');
  let memory = request.memory;
  for (let day = days.from; day < last; day++) {
    run.signal.throwIfAborted();
    memory = await oneDay(stepping, request, memory, day, partial && day === last - 1 ? partial : null);
    run.progress({ done: day - days.from + 1, total: last - days.from, unit: 'days' });
  }
  if (!memory) throw new ByomlError('DATA_EMPTY', `${plan.detection.name}: no day to score`, { details: { detection: plan.detection.name } });
  return { memory, rows };
}

async function oneDay(stepping: Stepping, { onDay, days }: Progressing, before: Memory | null, day: number, until: Date | null): Promise<Memory> {
  const models: ModelRecord[] = [];
  let memory = before;
  if (!memory || day - memory.state.trainedAt >= everyDays(stepping.plan)) memory = await trainOn(stepping, memory, day);
  else if (memory.learned.to < day) {
    const updated = await updateTo(stepping, memory, day);
    memory = updated.memory;
    if (updated.record) models.push(updated.record);
  }
  const isLast = until !== null || day === days.to - 1;
  const watermarks = watermarksOf(stepping.plan.detection.name, stepping.rows.files, day, isLast);
  const scored = await runDay(stepping, memory, { day, to: until ?? new Date(startOfDay(day + 1)), closes: until === null, models, watermarks });
  onDay?.(scored.record, scored.outcome);
  return scored.memory;
}

const quiet = (run: Run): Run => ({ ...run, progress: () => {} });

/** The first day whose rows are needed to train and score the days. */
function firstNeeded(plan: Plan, memory: Memory | null, first: number, last: number): number {
  const trains = !memory || last - 1 - memory.state.trainedAt >= everyDays(plan);
  if (!trains) return Math.min(first, memory.learned.to);
  const training = memory ? Math.min(first, memory.state.trainedAt + everyDays(plan)) : first;
  return training - trainDays(plan) - replayDays;
}

export interface RunRequest {
  readonly session: Session;
  readonly plan: Plan;
  readonly state: State;
  readonly clock: Clock;
  readonly run: Run;
  readonly onDay?: Progressing['onDay'];
}

/** Trains if it is due, then scores what is due: whole days that are not closed yet, and the day so far. */
export async function runDue({ session, plan, state, clock, run, onDay }: RunRequest): Promise<Progressed | null> {
  const now = clock.now();
  const memory = await loadMemory(session, plan, state, 'production');
  const { score } = plan.detection;
  const until = new Date(Math.floor((now.getTime() - score.lag) / score.every) * score.every);
  const today = utcDayOf(until);
  const from = memory?.state.closedThrough != null ? memory.state.closedThrough + 1 : (memory?.state.trainedAt ?? today);
  assertForward(plan, state, memory, now);
  const partial = until.getTime() > today * 86_400_000 ? until : null;
  if (from > today || (from === today && !partial)) return null;
  return progress({ session, plan, role: 'production', ledger: stateLedger(state), clock, memory, days: { from, to: today }, partial, onDay, run });
}

/** A clock that went back would make windows that were scored look like the future. */
function assertForward({ detection }: Plan, state: State, memory: Memory | null, now: Date): void {
  const last = state.runs({ detection: detection.name, limit: 1 })[0];
  const closed = memory?.state.closedThrough;
  if ((closed == null || closed < utcDayOf(now)) && (!last || Date.parse(last.window.to) <= now.getTime())) return;
  throw new ByomlError('CLOCK_BEHIND', `${detection.name}: the clock says ${now.toISOString()}, but ${last?.window.to ?? isoDay(closed ?? 0)} has been scored`, { details: { detection: detection.name, now: now.toISOString(), scored: last?.window.to } });
}

export interface BackfillRequest extends RunRequest {
  /** UTC days, half-open. */
  readonly days: DaySpan;
}

/** Scores past days as if each had been scored on its own day. Days that are closed already are left alone, so a stopped backfill goes on where it stopped. */
export async function backfill({ session, plan, state, clock, days, run, onDay }: BackfillRequest): Promise<Progressed | null> {
  const memory = await loadMemory(session, plan, state, 'production');
  const closed = memory?.state.closedThrough;
  const first = state.runs({ detection: plan.detection.name, kind: 'score', role: 'production' }).at(-1);
  if (closed != null && first?.day != null && days.from < first.day) {
    throw new ByomlError('USAGE_INVALID', `${plan.detection.name} begins at ${isoDay(first.day)}: days before it cannot be put under what was learned since`, { details: { detection: plan.detection.name, begins: isoDay(first.day) } });
  }
  if (closed != null && days.from > closed + 1) {
    throw new ByomlError('USAGE_INVALID', `${plan.detection.name} is scored up to ${isoDay(closed)}: a backfill from ${isoDay(days.from)} would leave a gap; begin at ${isoDay(closed + 1)}`, { details: { detection: plan.detection.name, closed: isoDay(closed) } });
  }
  const from = closed == null ? days.from : Math.max(days.from, closed + 1);
  if (from >= days.to) return null;
  return progress({ session, plan, role: 'production', ledger: stateLedger(state), clock, memory, days: { from, to: days.to }, partial: null, onDay, run });
}

