import type { Model } from '../../contracts/algorithm.ts';
import type { Run } from '../../contracts/run.ts';
import { thresholds } from '../budget/thresholds.ts';
import { turn } from '../turn.ts';
import { calibrationOf, windowDay, windowDays, type WindowDay } from './calibration-window.ts';
import { candidatesOf, scorableRows, type Candidates } from './candidates.ts';
import { guardDays, isUnlearnable, pairKey, withoutGuarded, type Guarded } from './guards.ts';
import { keyOf, type History } from './history.ts';
import { incidentsOf } from './incidents.ts';
import { learn, learnOn, type Learned, type Unlearnable } from './learner.ts';
import { placesOf } from './queue.ts';
import { isQuiet } from './quiet.ts';

export interface ReplayRequest {
  readonly history: History;
  /** The model that will score from `day` on: those of the past are made with the settings that it chose for itself, or their surprises would be on other scales. */
  readonly model: Model;
  /** The day that the window is made for: it ends before it. */
  readonly day: number;
  /** Days that a training looks back, and days between two trainings. */
  readonly trainDays: number;
  readonly everyDays: number;
  /** Alerts a working day: which pairs alert is what production keeps out of the graph. Absent: none. */
  readonly perDay?: number;
  readonly isWorkday: (day: number) => boolean;
  /** Rows that are neither learned nor scored. */
  readonly leftOut: (row: number) => boolean;
}

/** Distinct days that must have been learned before a score counts. */
const learningDays = 5;
/** Working days that are replayed before the window, so that it begins with as many guarded pairs as it ends with. */
const leadDays = 10;
/** A day counts when the model before it had learned this part of the days that the model of `day` has: to a model that knows little, everything is odd. */
const learnedPart = 2 / 3;
/** Working days that count even so. */
const fewestDays = 5;

type State = Learned & { readonly trained: number };

/**
 * The calibration window of `day`: its last 20 working days, each scored with the state before it, at production's cadence: a
 * training every `everyDays`, counted back from `day`; one update per day where the model has `update`; pairs that would have
 * alerted stay out of the graph as long as production's do. (Without these guards everything about an account that began
 * something new looks less odd than it does in production, and the thresholds come out too low.) Empty when there is
 * too little before. No day is looked at before it is due.
 */
export async function replayWindow(request: ReplayRequest, run: Run): Promise<readonly WindowDay[]> {
  const { history, leftOut, perDay } = request;
  const days = replayedDays(request);
  const quiet: Run = { ...run, progress: () => {} };
  const guards = new Map<string, Guarded>();
  const unlearnable: Unlearnable = (row, at) => leftOut(row) || isUnlearnable(history, guards, row, at);
  const wasAtHost = sightedBefore(history);
  const scored: Candidates[] = [];
  let state: State | undefined;
  for (const [done, at] of days.entries()) {
    await turn(run);
    state = await stateBefore(request, state, at, unlearnable, quiet);
    const found = await candidatesOf(history, state.model, at, scorableRows(history, at, leftOut), quiet);
    scored.push(withoutGuarded(history, found, guards).candidates);
    if (perDay !== undefined) for (const row of alertedRows(history, scored.slice(-windowDays), perDay, wasAtHost)) guards.set(pairKey(history, row), { since: at, until: at + guardDays });
    run.progress({ done: done + 1, total: days.length, unit: 'days replayed' });
  }
  const counts = scored.map(({ rows }) => rows.length);
  return withIncidents(history, scored.filter(({ rows }) => !isQuiet(rows.length, counts)).slice(-windowDays), wasAtHost);
}

/** The working days to score: those of the window, and some before them. */
function replayedDays({ history, day, trainDays, isWorkday }: ReplayRequest): number[] {
  const usable = history.index.days.filter((at) => at < day && isWorkday(at) && history.daysBefore(at) >= learningDays);
  const enough = learnedPart * Math.min(history.daysBefore(day), trainDays);
  const settled = usable.filter((at) => history.daysBefore(at) >= enough);
  return usable.slice(-Math.min(windowDays + leadDays, Math.max(fewestDays, settled.length)));
}

async function stateBefore({ history, model, day, trainDays, everyDays }: ReplayRequest, before: State | undefined, at: number, unlearnable: Unlearnable, run: Run): Promise<State> {
  const due = Math.max(day - everyDays * Math.ceil((day - at) / everyDays), firstUsable(history));
  if (before && before.trained >= due) return { ...(await learnOn(history, before, at, unlearnable, run)), trained: before.trained };
  const fresh = await learn({ history, from: due - trainDays, to: due, unlearnable, like: model }, run);
  return { ...(await learnOn(history, fresh, at, unlearnable, run)), trained: due };
}

const firstUsable = ({ index }: History): number => (index.days[learningDays - 1] as number) + 1;

type WasAtHost = (day: number) => (scope: string, user: string, host: string) => boolean;

/** What production would have alerted on the last of the days: the rows of its oddest incidents, and those above the rule's threshold. */
function alertedRows(history: History, days: readonly Candidates[], perDay: number, wasAtHost: WasAtHost): Set<number> {
  const last = days.at(-1) as Candidates;
  const { day, rows, classes, surprise, coldSurprise } = last;
  const none = new Float64Array(0);
  const calibration = calibrationOf(days.map((candidates) => windowDay(history, candidates, none)));
  if (!calibration) return new Set();
  const limits = thresholds(calibration, { perDay, correction: 0 });
  const queued = incidentsOf(history, last, leaveOneOut(history, last, calibration), wasAtHost(day)).slice(0, placesOf(perDay)).flatMap(({ places }) => places);
  const above = [...rows.keys()].filter((place) => limits.exceeds(history.scope(rows[place] as number), classes[place] as number, surprise[place] as number, coldSurprise?.[place] ?? Number.NaN));
  return new Set([...queued, ...above].map((place) => rows[place] as number));
}

/** Scores the incidents of the replayed days, each row compared with all others of its class in the whole window. */
function withIncidents(history: History, scored: readonly Candidates[], wasAtHost: WasAtHost): WindowDay[] {
  const none = new Float64Array(0);
  const calibration = calibrationOf(scored.map((candidates) => windowDay(history, candidates, none)));
  if (!calibration) return scored.map((candidates) => windowDay(history, candidates, none));
  return scored.map((candidates) => {
    const p = leaveOneOut(history, candidates, calibration);
    return windowDay(history, candidates, Float64Array.from(incidentsOf(history, candidates, p, wasAtHost(candidates.day)), ({ score }) => score));
  });
}

function sightedBefore(history: History): WasAtHost {
  const first = firstSightings(history);
  return (day) => (scope, user, host) => (first.get(keyOf(scope, user, host)) ?? Infinity) < day;
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
