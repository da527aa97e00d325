import type { Model } from '../../contracts/algorithm.ts';
import type { Run } from '../../contracts/run.ts';
import { refit, update } from '../fit.ts';
import { scoreBatches } from '../scoring.ts';
import { indexByDay, type DayIndex } from '../table/day-index.ts';
import { noDay } from '../table/days.ts';
import { tableBatches } from '../table/table.ts';
import { blockStart } from './replay-days.ts';
import type { TrainingData } from './training-data.ts';
import type { WindowBuilder } from './window-builder.ts';

export interface Replay {
  readonly data: TrainingData;
  readonly days: Int32Array;
  /** Scope → the working days that its window is made of. */
  readonly windows: ReadonlyArray<ReadonlySet<number> | undefined>;
  /** Scope → where its candidates go. */
  readonly builders: ReadonlyArray<WindowBuilder | undefined>;
  /** Days between two fits. */
  readonly cadence: number;
}

/**
 * Scores each day of the windows with the state before it, at production's cadence: a fit on everything before the day's
 * block (a week that begins on Monday, by default), then, where the model has `update`, one update per day. Weekend days are
 * learned, but no window counts them. Candidates are distinct (scope, user, resource, day).
 */
export async function replay(replayed: Replay, run: Run): Promise<void> {
  const index = indexByDay(replayed.days);
  const wanted = index.days.filter((day) => replayed.windows.some((window) => window?.has(day)));
  const candidates = candidatesOf(replayed, index);
  const quiet: Run = { ...run, progress: () => {} };
  let state: State | undefined;
  for (const [done, day] of wanted.entries()) {
    state = await stateBefore(replayed, index, day, state, quiet);
    await scoreDay(replayed, state.model, candidates(day), day, quiet);
    run.progress({ done: done + 1, total: wanted.length, unit: 'days replayed' });
  }
}

/** A model and the first day that it has not learned. */
interface State {
  readonly model: Model;
  readonly next: number;
}

async function stateBefore({ data, cadence }: Replay, index: DayIndex, day: number, before: State | undefined, run: Run): Promise<State> {
  const { component, model: final, table } = data;
  const start = blockStart(day, cadence);
  let { model, next } = before && before.next >= start ? before : { model: await refit(component, final, (inner) => tableBatches(table, inner, index.before(start)), run), next: start };
  if (!model.update) return { model, next };
  for (const learned of index.days.filter((at) => at >= next && at < day)) {
    model = await update(component, model, (inner) => tableBatches(table, inner, index.on(learned)), run);
    next = learned + 1;
  }
  return { model, next };
}

async function scoreDay({ data, builders }: Replay, model: Model, rows: Int32Array, day: number, run: Run): Promise<void> {
  const { component, table, scopes } = data;
  for await (const scores of scoreBatches({ component, model }, tableBatches(table, run, rows), run)) {
    for (let row = 0; row < scores.length; row++) builders[scopes.codes[rows[scores.offset + row] as number] as number]?.add(scores, row, day);
  }
}

/** The rows of a day that are scored: of scopes whose window has the day, each accessed pair once. Days must be asked in order. */
function candidatesOf({ data: { accesses, scopes }, windows }: Replay, index: DayIndex): (day: number) => Int32Array {
  const lastMet = new Int32Array(accesses?.pairs.first.length ?? 0).fill(noDay);
  const isNoCandidate = (row: number, day: number): boolean => {
    if (!accesses) return false;
    if (!accesses.is(row)) return true;
    const pair = accesses.pairs.of[row] as number;
    const repeat = lastMet[pair] === day;
    lastMet[pair] = day;
    return repeat;
  };
  return (day) => index.on(day).filter((row) => windows[scopes.codes[row] as number]?.has(day) && !isNoCandidate(row, day));
}
