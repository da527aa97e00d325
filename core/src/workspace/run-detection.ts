import { ByomlError } from '../contracts/errors.ts';
import { isoDay } from '../detection/table/days.ts';
import type { RunRecord, State } from '../state/index.ts';
import { deliver, type Delivery } from './deliver.ts';
import { reopenDays, type Reopened } from './late-data.ts';
import { knownOf } from './left-out.ts';
import { stateLedger, type Ledger } from './ledger.ts';
import { loadMemory } from './load-memory.ts';
import type { Memory } from './memory.ts';
import type { Plan } from './plan.ts';
import { progress, type Past } from './progress.ts';
import type { DayRows, DaySpan } from './rows.ts';
import type { RunRequest } from './run-request.ts';
import { progressShadow } from './shadow.ts';
import { daysAtOnce, startOfDay, utcDayOf } from './step.ts';
import { pruneModels, removeOrphans } from './tidy.ts';

export interface RunReport {
  /** In the order they were recorded; trainings too. */
  readonly records: readonly RunRecord[];
  /** Null when nothing was due. */
  readonly rows: DayRows | null;
  /** Rows that sinks took. */
  readonly delivered: number;
  /** Rows that their destinations will not take: dead letters now. */
  readonly refused: number;
}

/** Trains if it is due, then scores what is due: days that late data changed, whole days that are not closed yet, and the day so far. */
export async function runDue(request: RunRequest): Promise<RunReport> {
  const { session, plan, state, clock } = request;
  const now = clock.now();
  const held = await loadMemory(session, plan, state, 'production');
  assertForward(plan, state, held, now);
  const { score } = plan.detection;
  const until = new Date(Math.floor((now.getTime() - score.lag) / score.every) * score.every);
  const today = utcDayOf(until);
  const partial = until.getTime() > today * dayMs ? until : null;
  const memory = usable(held, today);
  // A detection that scores whole days begins with the last one that is over.
  return recorded(request, memory, { from: nextDay(memory) ?? (partial ? today : today - 1), to: today }, partial);
}

const dayMs = 86_400_000;

/** The first day that is not closed. */
const nextDay = (memory: Memory | null): number | null => (memory ? (memory.state.closedThrough ?? memory.state.trainedAt - 1) + 1 : null);

/** A model that had too little to learn from, and never scored a day, does not stand in the way of a later beginning. */
const usable = (memory: Memory | null, day: number): Memory | null => (memory && !memory.record.calibrated && memory.state.closedThrough === null && memory.state.trainedAt < day ? null : memory);

/** A clock that went back would make windows that were scored look like the future. */
function assertForward({ detection: { name } }: Plan, state: State, memory: Memory | null, now: Date): void {
  const closed = memory?.state.closedThrough ?? null;
  const windows = state.runs({ detection: name, kind: 'score', from: utcDayOf(now) }).map(({ window }) => window.to);
  const scored = [...windows, ...(closed === null ? [] : [startOfDay(closed + 1)])].sort().at(-1);
  if (scored === undefined || Date.parse(scored) <= now.getTime()) return;
  throw new ByomlError('CLOCK_BEHIND', `${name}: the clock says ${now.toISOString()}, but the time up to ${scored} has been scored`, { details: { detection: name, now: now.toISOString(), scored } });
}

/**
 * Scores past UTC days (half-open) as if each had been scored on its own day. Days that are closed already are left alone, so a
 * stopped backfill goes on where it stopped. Throws USAGE_INVALID for days before the first, beyond a gap, or not over yet.
 */
export async function backfill(request: RunRequest, days: DaySpan): Promise<RunReport> {
  const { session, plan, state, clock } = request;
  const { name, score } = plan.detection;
  const memory = usable(await loadMemory(session, plan, state, 'production'), days.from);
  const next = nextDay(memory);
  if (next !== null && days.from < next) assertBegun(plan, state, days.from, next);
  if (next !== null && days.from > next) {
    throw new ByomlError('USAGE_INVALID', `${name} is scored up to ${isoDay(next - 1)}: a backfill from ${isoDay(days.from)} would leave a gap; begin at ${isoDay(next)}`, { details: { detection: name, next: isoDay(next) } });
  }
  const over = utcDayOf(new Date(clock.now().getTime() - score.lag));
  if (days.to > over) throw new ByomlError('USAGE_INVALID', `${name}: ${isoDay(over)} is not over yet; backfill up to ${isoDay(over)} and let \`byoml run\` score the day as it goes`, { details: { detection: name, to: isoDay(over) } });
  return recorded(request, memory, { from: next ?? days.from, to: days.to }, null);
}

function assertBegun({ detection: { name } }: Plan, state: State, from: number, next: number): void {
  const scored = { detection: name, kind: 'score', role: 'production' } as const;
  if (state.runs({ ...scored, to: from + 1, limit: 1 }).length > 0) return;
  const first = state.runs(scored).at(-1)?.day ?? next;
  throw new ByomlError('USAGE_INVALID', `${name} begins at ${isoDay(first)}: days before it cannot be put under what was learned since`, { details: { detection: name, begins: isoDay(first) } });
}

async function recorded(request: RunRequest, held: Memory | null, days: DaySpan, partial: Date | null): Promise<RunReport> {
  const { session, plan, state, clock, run } = request;
  if (!held && request.trains === false) throw new ByomlError('MODEL_MISSING', `${plan.detection.name} has no model yet: byoml train ${plan.detection.name}`, { details: { detection: plan.detection.name } });
  await removeOrphans(plan, state);
  // What a sink cannot take now waits for the end of the run, where it is told: it does not keep days from being scored.
  const deliveries = [await deliver(request)];
  const records: RunRecord[] = [];
  const ledger = watched(stateLedger(state), records);
  const reopened = held ? await reopenDays({ session, plan, state, ledger, memory: held, clock, known: knownOf(state, plan.detection.name), run }) : null;
  let memory = reopened?.any ? await loadMemory(session, plan, state, 'production') : held;
  let rows: DayRows | null = null;
  let past = reopened;
  for (const part of parts(days, partial)) {
    const progressed = await progress({ session, plan, role: 'production', ledger, clock, memory, ...part, past: pastOf(request, part.days.from, past), known: knownOf(state, plan.detection.name), retrains: request.trains ?? true, onDay: request.onDay, run });
    ({ memory, rows } = progressed);
    past = { any: false, marks: [], leftOut: [], seen: progressed.seen };
    await progressShadow({ ...request, ledger, to: part.days.to, partial: part.partial, rows });
    await pruneModels(plan, state);
    await session.release();
    deliveries.push(await deliver(request));
  }
  if (!rows) await progressShadow({ ...request, ledger, to: days.to, partial, rows });
  await plan.source.settle?.(run);
  deliveries.push(await deliver(request));
  await session.release();
  return { records, rows, ...delivered(request, deliveries) };
}

/** A backlog, so many days at a time: what is held at once and what waits for the sinks stays small. */
function parts(days: DaySpan, partial: Date | null): Array<{ readonly days: DaySpan; readonly partial: Date | null }> {
  const spans: Array<{ readonly days: DaySpan; readonly partial: Date | null }> = [];
  for (let { from } = days; from < days.to; from += daysAtOnce) spans.push({ days: { from, to: Math.min(days.to, from + daysAtOnce) }, partial: null });
  const last = spans.pop();
  if (last || partial) spans.push({ days: last?.days ?? days, partial });
  return spans;
}

function pastOf({ plan, state }: RunRequest, day: number, reopened: Reopened | null): Past {
  const { name } = plan.detection;
  return { seen: reopened?.seen ?? new Map(), waiting: reopened?.marks ?? [], leftOut: reopened?.leftOut ?? [], last: state.latestScore(name, 'production', day) ?? state.latestScore(name, 'production', day - 1) };
}

/** What all deliveries of a call came to. Throws what the first sink failed with that still cannot take its rows. */
function delivered({ session, plan }: RunRequest, deliveries: readonly Delivery[]): Pick<RunReport, 'delivered' | 'refused'> {
  const sum = (count: 'delivered' | 'refused'): number => deliveries.reduce((total, delivery) => total + delivery[count], 0);
  const [first, ...others] = deliveries.at(-1)?.failures ?? [];
  const refused = sum('refused');
  if (first === undefined) return { delivered: sum('delivered'), refused };
  const { log } = session.options;
  if (refused > 0) log.warn(`${plan.detection.name}: ${refused} results were refused: byoml deadletter list`);
  for (const other of others) log.warn(`${plan.detection.name}: ${other instanceof Error ? other.message : String(other)}`);
  throw first;
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
