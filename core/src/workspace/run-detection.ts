import { ByomlError } from '../contracts/errors.ts';
import { isoDay } from '../detection/table/days.ts';
import type { RunRecord, State } from '../state/index.ts';
import { deliver } from './deliver.ts';
import { reopenDays } from './late-data.ts';
import { stateLedger, type Ledger } from './ledger.ts';
import { loadMemory } from './load-memory.ts';
import type { Memory } from './memory.ts';
import type { Plan } from './plan.ts';
import { progress, type Progressed } from './progress.ts';
import type { DayRows, DaySpan } from './rows.ts';
import type { RunRequest } from './run-request.ts';
import { progressShadow } from './shadow.ts';
import { utcDayOf } from './step.ts';
import { tidyModels } from './tidy.ts';

export interface RunReport {
  /** In the order they were recorded; trainings too. */
  readonly records: readonly RunRecord[];
  /** Null when nothing was due. */
  readonly rows: DayRows | null;
  /** Rows that sinks took. */
  readonly delivered: number;
}

/** Trains if it is due, then scores what is due: days that late data changed, whole days that are not closed yet, and the day so far. */
export async function runDue(request: RunRequest): Promise<RunReport> {
  const { session, plan, state, clock } = request;
  const now = clock.now();
  const memory = await loadMemory(session, plan, state, 'production');
  assertForward(plan, state, memory, now);
  const { score } = plan.detection;
  const until = new Date(Math.floor((now.getTime() - score.lag) / score.every) * score.every);
  const today = utcDayOf(until);
  const partial = until.getTime() > today * 86_400_000 ? until : null;
  return recorded(request, memory, { from: nextDay(memory) ?? today, to: today }, partial);
}

/** The first day that is not closed. */
const nextDay = (memory: Memory | null): number | null => (memory ? (memory.state.closedThrough ?? memory.state.trainedAt - 1) + 1 : null);

/** A clock that went back would make windows that were scored look like the future. */
function assertForward({ detection }: Plan, state: State, memory: Memory | null, now: Date): void {
  const last = state.runs({ detection: detection.name, limit: 1 })[0];
  const closed = memory?.state.closedThrough;
  if ((closed == null || closed < utcDayOf(now)) && (!last || Date.parse(last.window.to) <= now.getTime())) return;
  throw new ByomlError('CLOCK_BEHIND', `${detection.name}: the clock says ${now.toISOString()}, but the time up to ${last?.window.to ?? isoDay(closed ?? 0)} has been scored`, { details: { detection: detection.name, now: now.toISOString(), scored: last?.window.to } });
}

/**
 * Scores past UTC days (half-open) as if each had been scored on its own day. Days that are closed already are left alone, so a
 * stopped backfill goes on where it stopped. Throws USAGE_INVALID for days before the first or beyond a gap.
 */
export async function backfill(request: RunRequest, days: DaySpan): Promise<RunReport> {
  const { session, plan, state } = request;
  const { name } = plan.detection;
  const memory = await loadMemory(session, plan, state, 'production');
  const next = nextDay(memory);
  const first = state.runs({ detection: name, kind: 'score', role: 'production' }).at(-1)?.day ?? next;
  if (first !== null && days.from < first) {
    throw new ByomlError('USAGE_INVALID', `${name} begins at ${isoDay(first)}: days before it cannot be put under what was learned since`, { details: { detection: name, begins: isoDay(first) } });
  }
  if (next !== null && days.from > next) {
    throw new ByomlError('USAGE_INVALID', `${name} is scored up to ${isoDay(next - 1)}: a backfill from ${isoDay(days.from)} would leave a gap; begin at ${isoDay(next)}`, { details: { detection: name, next: isoDay(next) } });
  }
  return recorded(request, memory, { from: next ?? days.from, to: days.to }, null);
}

async function recorded(request: RunRequest, memory: Memory | null, days: DaySpan, partial: Date | null): Promise<RunReport> {
  const { session, plan, state, clock, run } = request;
  if (!memory && request.trains === false) throw new ByomlError('MODEL_MISSING', `${plan.detection.name} has no model yet: byoml train ${plan.detection.name}`, { details: { detection: plan.detection.name } });
  await tidyModels(plan.workspace, state, plan.detection.name);
  await deliver(session, plan, state, run);
  const records: RunRecord[] = [];
  const ledger = watched(stateLedger(state), records);
  const marks = memory ? await reopenDays({ session, plan, state, ledger, memory, clock, run }) : [];
  const isDue = days.from < days.to || partial !== null;
  const progressed: Progressed | null = isDue ? await progress({ session, plan, role: 'production', ledger, clock, memory, days, partial, marks, retrains: request.trains ?? true, onDay: request.onDay, run }) : null;
  if (progressed) await progressShadow({ ...request, ledger, days, partial, rows: progressed.rows });
  const delivered = await deliver(session, plan, state, run);
  return { records, rows: progressed?.rows ?? null, delivered };
}

/** Notes every run that is recorded. */
const watched = (ledger: Ledger, records: RunRecord[]): Ledger => ({
  ...ledger,
  commit(outcome) {
    const record = ledger.commit(outcome);
    records.push(record);
    return record;
  },
});
