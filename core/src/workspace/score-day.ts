import { statuses } from '../contracts/algorithm.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { attainableThresholds, type RowThresholds } from './row-thresholds.ts';
import type { Calibration } from '../detection/calibrate/calibration.ts';
import { calibrationOf, incidentScores } from '../detection/daily/calibration-window.ts';
import { candidatesOf, scorableRows, type Candidates } from '../detection/daily/candidates.ts';
import { guardDays, pairKey, withoutGuarded, withoutRows } from '../detection/daily/guards.ts';
import { keyOf, type History } from '../detection/daily/history.ts';
import { incidentsOf, type IncidentDraft } from '../detection/daily/incidents.ts';
import { queueLine, queueOf, type Queue } from '../detection/daily/queue.ts';
import type { Suppression } from '../detection-file/index.ts';
import type { Memory } from './memory.ts';

/** What the counts of a funnel are made from. */
interface DayCounts {
  /** Rows of the day left by view and filters. */
  readonly kept: number;
  readonly scanners: number;
  readonly known: number;
  readonly guarded: number;
}

/** One day, scored with the state before it. */
export interface DayScore {
  readonly day: number;
  readonly history: History;
  readonly candidates: Candidates;
  /** By place in the candidates. */
  readonly p: Float64Array;
  /** Whether the place is above the rule's threshold. */
  readonly exceeds: Uint8Array;
  /** As if nothing were suppressed, like all that calibrates: what hides alerts moves no threshold. */
  readonly drafts: readonly IncidentDraft[];
  /** Scores of the window's incidents, ascending. */
  readonly scores: Float64Array;
  readonly line: number;
  readonly queue: Queue;
  /** The queue as it would be if nothing were suppressed. */
  readonly unsuppressed: Queue;
  /** Suppressions in force, and by place which of them is about the row; −1 for none. */
  readonly suppressions: readonly Suppression[];
  readonly suppressedBy: Int32Array;
  /** Rows of pairs that were hidden on a day before and still are; no candidates, as guarded ones are none. */
  readonly repeats: ReadonlyArray<{ readonly row: number; readonly by: number }>;
  /** Row numbers of guarded rows. */
  readonly guarded: Int32Array;
  /** Scanners → rows of the day. */
  readonly scanners: ReadonlyMap<string, number>;
  readonly counts: DayCounts;
  readonly calibration: Calibration;
  readonly thresholds: RowThresholds;
}

interface ScoringDay {
  readonly history: History;
  readonly memory: Memory;
  readonly day: number;
  readonly perDay: number;
  readonly suppressions: readonly Suppression[];
  /** Which suppression is about a row, −1 for none. */
  readonly suppressionOf: (row: number) => number;
  /** Ids of what earlier runs of the same day queued. */
  readonly wasQueued: (draft: IncidentDraft) => boolean;
  /** Whether all of the day has come. */
  readonly isWhole: boolean;
}

/** Scores the candidates of a day, groups them into incidents and fills the queue. Throws MODEL_UNCALIBRATED. */
export async function scoreDay({ history, memory, day, perDay, suppressions, suppressionOf, wasQueued, isWhole }: ScoringDay, run: Run): Promise<DayScore> {
  const calibration = calibrationOf(memory.window) ?? memory.provisional;
  if (!calibration) throw uncalibrated(memory);
  const { scanners, isScanner } = scannersOn(history, day, memory.scanners);
  const rows = scorableRows(history, day, isScanner);
  const found = await candidatesOf(history, memory.learned.model, day, rows, run);
  const { candidates: free, guarded } = withoutGuarded(history, found, memory.guards);
  const matched = new Map(suppressions.length === 0 ? [] : Array.from(free.rows, (row) => [row, suppressionOf(row)] as const).filter(([, by]) => by >= 0));
  const { candidates, left } = withoutRows(free, (row) => matched.has(row) && wasHidden(memory, history, row, day));
  const suppressedBy = Int32Array.from(candidates.rows, (row) => matched.get(row) ?? -1);
  const p = pOf(history, candidates, calibration);
  const { state, hosts } = memory;
  const wasAtHost = (scope: string, user: string, host: string): boolean => (hosts.get(keyOf(scope, user, host)) ?? Infinity) < day;
  const drafts = incidentsOf(history, candidates, p, wasAtHost);
  const shown = suppressedBy.some((by) => by >= 0) ? incidentsOf(history, candidates, p, wasAtHost, (place) => (suppressedBy[place] as number) >= 0) : drafts;
  const scores = incidentScores(memory.window);
  const line = queueLine(scores, memory.window.length, perDay, state.queueCorrection);
  const thresholds = attainableThresholds(calibration, { perDay, correction: state.rowCorrection });
  const scanned = [...scanners.values()].reduce((sum, count) => sum + count, 0);
  return {
    day, history, candidates, p, drafts, scores, line, guarded, suppressions, suppressedBy, scanners, calibration, thresholds,
    exceeds: exceeding(history, candidates, p, thresholds),
    queue: queueOf(shown, line, perDay, wasQueued, isWhole),
    unsuppressed: queueOf(drafts, line, perDay, wasQueued, isWhole),
    repeats: Array.from(left, (row) => ({ row, by: matched.get(row) as number })),
    counts: { kept: rows.length + scanned, scanners: scanned, known: rows.length - found.rows.length, guarded: guarded.length },
  };
}

/** Whether a suppression hid the pair in the days for which an alert would have guarded it. */
const wasHidden = ({ hidden }: Memory, history: History, row: number, day: number): boolean => (hidden.get(pairKey(history, row)) ?? []).some((at) => at < day && day < at + guardDays);

const uncalibrated = ({ state, record }: Memory): ByomlError =>
  new ByomlError('MODEL_UNCALIBRATED', `${state.detection}: model ${record.version} has learned ${record.rows} rows of ${record.days.to - record.days.from} days, too few to know how odd is odd`, { details: { detection: state.detection, model: record.version } });

function scannersOn(history: History, day: number, known: ReadonlySet<string>): { scanners: Map<string, number>; isScanner: (row: number) => boolean } {
  const scanners = new Map<string, number>();
  const keyed = (row: number): string => keyOf(history.scope(row), history.user(row));
  if (known.size > 0) {
    for (const row of history.index.on(day)) {
      const key = keyed(row);
      if (known.has(key)) scanners.set(key, (scanners.get(key) ?? 0) + 1);
    }
  }
  return { scanners, isScanner: (row) => scanners.size > 0 && scanners.has(keyed(row)) };
}

const pOf = (history: History, { rows, classes, surprise, coldSurprise }: Candidates, calibration: Calibration): Float64Array =>
  Float64Array.from(rows, (row, place) => calibration.of(history.scope(row)).p(classes[place] as number, surprise[place] as number, coldSurprise?.[place] ?? Number.NaN));

const exceeding = (history: History, { rows, classes, surprise, coldSurprise }: Candidates, p: Float64Array, thresholds: RowThresholds): Uint8Array =>
  Uint8Array.from(rows, (row, place) => Number(thresholds(history.scope(row), classes[place] as number, surprise[place] as number, coldSurprise?.[place] ?? Number.NaN, p[place] as number)));

/** The status of a candidate, as text. */
export const statusOf = ({ status }: Candidates, place: number) => statuses[status[place] as number] as (typeof statuses)[number];
