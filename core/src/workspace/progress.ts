import type { Clock } from '../contracts/services.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import { History } from '../detection/daily/history.ts';
import type { ModelRecord, Role, WatermarkRecord } from '../state/index.ts';
import type { Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import type { Plan } from './plan.ts';
import { loadRows, type DayRows, type DaySpan } from './rows.ts';
import { runDay, type Scored } from './day-run.ts';
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
  readonly onDay?: ((scored: Scored) => void) | undefined;
  /** Rows that were read already. */
  readonly rows?: DayRows | undefined;
  /** Further marks to record with the first day. */
  readonly marks?: readonly WatermarkRecord[];
  /** Whether it trains when that is due; true when absent. */
  readonly retrains?: boolean;
  /** Whether it learns the day before; true when absent. */
  readonly learns?: boolean;
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

async function oneDay(stepping: Stepping, request: Progressing, before: Memory | null, day: number, until: Date | null): Promise<Memory> {
  const { onDay, days, marks = [] } = request;
  const { memory, models } = await learnedBefore(stepping, request, before, day);
  const isLast = until !== null || day === days.to - 1;
  const watermarks = [...(day === days.from ? marks : []), ...watermarksOf(stepping.plan.detection.name, stepping.rows.files, day, isLast)];
  const scored = await runDay(stepping, memory, { day, to: until ?? new Date(startOfDay(day + 1)), closes: until === null, models, watermarks });
  onDay?.(scored);
  return scored.memory;
}

/** The state that the day is scored with: trained anew when that is due, else with what the days before it taught. */
async function learnedBefore(stepping: Stepping, { retrains = true, learns = true }: Progressing, memory: Memory | null, day: number): Promise<{ readonly memory: Memory; readonly models: readonly ModelRecord[] }> {
  if (!memory || (retrains && day - memory.state.trainedAt >= everyDays(stepping.plan))) return { memory: await trainOn(stepping, memory, day), models: [] };
  if (!learns || memory.learned.to >= day) return { memory, models: [] };
  const updated = await updateTo(stepping, memory, day);
  return { memory: updated.memory, models: updated.record ? [updated.record] : [] };
}

const quiet = (run: Run): Run => ({ ...run, progress: () => {} });

/** The first day whose rows are needed to train and score the days. */
function firstNeeded(plan: Plan, memory: Memory | null, first: number, last: number): number {
  const trains = !memory || last - 1 - memory.state.trainedAt >= everyDays(plan);
  if (!trains) return Math.min(first, memory.learned.to);
  const training = memory ? Math.min(first, memory.state.trainedAt + everyDays(plan)) : first;
  return training - trainDays(plan) - replayDays;
}

