import { statuses } from '../contracts/algorithm.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { attainableThresholds, type RowThresholds } from './row-thresholds.ts';
import type { Calibration } from '../detection/calibrate/calibration.ts';
import { calibrationOf, incidentScores } from '../detection/daily/calibration-window.ts';
import { candidatesOf, scorableRows, type Candidates } from '../detection/daily/candidates.ts';
import { withoutGuarded } from '../detection/daily/guards.ts';
import { keyOf, type History } from '../detection/daily/history.ts';
import { incidentsOf, type IncidentDraft } from '../detection/daily/incidents.ts';
import { queueLine, queueOf, type Queue } from '../detection/daily/queue.ts';
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
  readonly drafts: readonly IncidentDraft[];
  /** Scores of the window's incidents, ascending. */
  readonly scores: Float64Array;
  readonly line: number;
  readonly queue: Queue;
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
  /** Ids of what earlier runs of the same day queued. */
  readonly wasQueued: (draft: IncidentDraft) => boolean;
  /** Whether all of the day has come. */
  readonly isWhole: boolean;
}

/** Scores the candidates of a day, groups them into incidents and fills the queue. Throws MODEL_UNCALIBRATED. */
export async function scoreDay({ history, memory, day, perDay, wasQueued, isWhole }: ScoringDay, run: Run): Promise<DayScore> {
  const calibration = calibrationOf(memory.window) ?? memory.provisional;
  if (!calibration) throw uncalibrated(memory);
  const { scanners, isScanner } = scannersOn(history, day, memory.scanners);
  const rows = scorableRows(history, day, isScanner);
  const found = await candidatesOf(history, memory.learned.model, day, rows, run);
  const { candidates, guarded } = withoutGuarded(history, found, memory.guards);
  const p = pOf(history, candidates, calibration);
  const { state, hosts } = memory;
  const drafts = incidentsOf(history, candidates, p, (scope, user, host) => (hosts.get(keyOf(scope, user, host)) ?? Infinity) < day);
  const scores = incidentScores(memory.window);
  const line = queueLine(scores, memory.window.length, perDay, state.queueCorrection);
  const thresholds = attainableThresholds(calibration, { perDay, correction: state.rowCorrection });
  const scanned = [...scanners.values()].reduce((sum, count) => sum + count, 0);
  return {
    day, history, candidates, p, drafts, scores, line, guarded, scanners, calibration, thresholds,
    exceeds: exceeding(history, candidates, p, thresholds),
    queue: queueOf(drafts, line, perDay, wasQueued, isWhole),
    counts: { kept: rows.length + scanned, scanners: scanned, known: rows.length - found.rows.length, guarded: guarded.length },
  };
}

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
