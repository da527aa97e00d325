import type { Run } from '../../contracts/run.ts';
import { turn } from '../turn.ts';
import { calibrationOf, windowDay, windowDays, type WindowDay } from './calibration-window.ts';
import { candidatesOf, scorableRows, type Candidates } from './candidates.ts';
import { keyOf, type History } from './history.ts';
import { incidentsOf } from './incidents.ts';
import { learn, learnOn, type Learned } from './learner.ts';

export interface ReplayRequest {
  readonly history: History;
  /** The day that the window is made for: it ends before it. */
  readonly day: number;
  /** Days that a training looks back, and days between two trainings. */
  readonly trainDays: number;
  readonly everyDays: number;
  readonly isWorkday: (day: number) => boolean;
  /** Rows that are neither learned nor scored. */
  readonly leftOut: (row: number) => boolean;
}

/** Distinct days that must have been learned before a score counts. */
const learningDays = 5;

/**
 * The calibration window of `day`: its last 20 working days, each scored with the state before it, at production's cadence (a
 * training every `everyDays`, counted back from `day`; one update per day where the model has `update`). Empty when there is
 * too little before.
 */
export async function replayWindow(request: ReplayRequest, run: Run): Promise<readonly WindowDay[]> {
  const { history, day, isWorkday } = request;
  const wanted = history.index.days.filter((at) => at < day && isWorkday(at) && history.daysBefore(at) >= learningDays).slice(-windowDays);
  const quiet: Run = { ...run, progress: () => {} };
  const scored: Candidates[] = [];
  let state: Learned & { readonly trained: number } | undefined;
  for (const [done, at] of wanted.entries()) {
    await turn(run);
    state = await stateBefore(request, state, at, quiet);
    scored.push(await candidatesOf(history, state.model, at, scorableRows(history, at, request.leftOut), quiet));
    run.progress({ done: done + 1, total: wanted.length, unit: 'days replayed' });
  }
  return withIncidents(history, scored);
}

async function stateBefore({ history, day, trainDays, everyDays, leftOut }: ReplayRequest, before: (Learned & { readonly trained: number }) | undefined, at: number, run: Run): Promise<Learned & { readonly trained: number }> {
  const due = Math.max(day - everyDays * Math.ceil((day - at) / everyDays), firstUsable(history));
  if (before && before.trained >= due) return { ...(await learnOn(history, before, at, leftOut, run)), trained: before.trained };
  const fresh = await learn(history, due - trainDays, due, leftOut, run);
  return { ...(await learnOn(history, fresh, at, leftOut, run)), trained: due };
}

const firstUsable = ({ index }: History): number => (index.days[learningDays - 1] as number) + 1;

/** Scores the incidents of the replayed days, each row compared with all others of its class in the whole window. */
function withIncidents(history: History, scored: readonly Candidates[]): WindowDay[] {
  const none = new Float64Array(0);
  const calibration = calibrationOf(scored.map((candidates) => windowDay(history, candidates, none)));
  if (!calibration) return scored.map((candidates) => windowDay(history, candidates, none));
  const firstAtHost = firstSightings(history);
  return scored.map((candidates) => {
    const p = leaveOneOut(history, candidates, calibration);
    const wasAtHost = (scope: string, user: string, host: string): boolean => (firstAtHost.get(keyOf(scope, user, host)) ?? Infinity) < candidates.day;
    return windowDay(history, candidates, Float64Array.from(incidentsOf(history, candidates, p, wasAtHost), ({ score }) => score));
  });
}

type CalibrationOf = NonNullable<ReturnType<typeof calibrationOf>>;

/** p of rows that are themselves in the window: (1 + #others ≥) / (others + 1). */
function leaveOneOut(history: History, { rows, classes, surprise, coldSurprise }: Candidates, calibration: CalibrationOf): Float64Array {
  return Float64Array.from(rows, (row, place) => {
    const ranking = calibration.of(history.scope(row));
    const compared = ranking.ascending(classes[place] as number).length;
    const p = ranking.p(classes[place] as number, surprise[place] as number, coldSurprise?.[place] ?? Number.NaN);
    return Math.min(1, (p * (compared + 1) - 1) / compared);
  });
}

/** (scope, account, host) → first UTC day. */
export function firstSightings(history: History): Map<string, number> {
  const first = new Map<string, number>();
  if (!history.rows.sourceHosts) return first;
  for (const day of history.index.days) {
    for (const key of sightingsOn(history, day)) if (!first.has(key)) first.set(key, day);
  }
  return first;
}

const sightingsOn = (history: History, day: number): string[] =>
  Array.from(history.index.on(day)).flatMap((row) => history.hosts(row).map((host) => keyOf(history.scope(row), history.user(row), host)));
