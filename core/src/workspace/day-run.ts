import { encodedDay } from '../detection/daily/calibration-window.ts';
import { knownStatus } from '../detection/status-class.ts';
import { statuses } from '../contracts/algorithm.ts';
import { isWorkday } from '../detection-file/index.ts';
import type { DetectionState, Drop, Funnel, ModelRecord, RunOutcome, RunRecord, RunStatus, WatermarkRecord } from '../state/index.ts';
import { alerting, type Alerting } from './alerting.ts';
import { closeDay, type Closed } from './close-day.ts';
import type { Memory } from './memory.ts';
import { rowsDigest } from './model-store.ts';
import { idOf, incidentIdOf } from './record-id.ts';
import { runPictureOf } from './run-picture.ts';
import { scoreDay, type DayScore } from './score-day.ts';
import { startOfDay, type Stepping } from './step.ts';

export interface DayRun {
  readonly day: number;
  /** End of the window; the start of the next day closes the day. */
  readonly to: Date;
  readonly closes: boolean;
  /** Models made since the last run. */
  readonly models: readonly ModelRecord[];
  readonly watermarks: readonly WatermarkRecord[];
  readonly status?: RunStatus;
  readonly warnings?: readonly string[];
  /** A day that was closed before and has changed since: what the detection's state stays, and what changed. */
  readonly reopened?: { readonly state: DetectionState; changes(said: Alerting): readonly string[] };
}

export interface Scored {
  readonly memory: Memory;
  readonly record: RunRecord;
  readonly outcome: RunOutcome;
  readonly score: DayScore;
}

/** Scores a day, or what there is of it so far, and records everything that comes of it in one step. */
export async function runDay(stepping: Stepping, before: Memory, request: DayRun): Promise<Scored> {
  const { plan, role, ledger, run } = stepping;
  const history = stepping.history.for(before.chosen.component);
  const started = performance.now();
  const { day, closes } = request;
  const { name, budget: { perDay }, calendar } = plan.detection;
  const queued = ledger.queuedOn(name, role, day);
  const score = await scoreDay({ history, memory: before, day, perDay, wasQueued: (draft) => queued.has(incidentIdOf(name, role, draft, day)) }, run);
  const said = await alerting({ plan, history, memory: before, score, role }, run);
  const closed: Closed = closes
    ? closeDay({ history, memory: before, score, perDay, isWorkday: isWorkday(calendar, day), guards: said.guards, alerted: said.alerted })
    : { memory: before, added: null, hosts: [] };
  const outcome: RunOutcome = {
    run: { ...recordOf({ ...stepping, history }, before, request, score, said), seconds: (performance.now() - started) / 1000 },
    role, ...said, guards: said.guards, watermarks: request.watermarks, models: request.models, audit: [], hosts: closed.hosts, state: request.reopened?.state ?? closed.memory.state,
    sinks: role === 'shadow' ? [] : plan.sinks.map(({ address }, sink) => ({ sink, address })),
    calibration: closed.added ? [{ generation: before.state.generation, ...encodedDay(closed.added) }] : [],
  };
  return { memory: closed.memory, record: ledger.commit(outcome), outcome, score };
}

function recordOf({ plan, role, history, rows, clock, run }: Stepping, memory: Memory, { day, to, status = 'done', warnings = [], reopened }: DayRun, score: DayScore, said: Alerting): Omit<RunOutcome['run'], 'seconds'> {
  const { record, state } = memory;
  const data = rowsDigest(history, history.index.on(day));
  const window = { from: startOfDay(day), to: to.toISOString() };
  const funnel = funnelOf(rows.records.get(day) ?? 0, score, said);
  return {
    key: idOf('score', plan.parsed.digest, role, window.from, window.to, record.digest, data, state.generation, memory.chosen.code.core, memory.chosen.code.plugin),
    detection: plan.detection.name, kind: 'score', window, day, status, model: { version: record.version, digest: record.digest }, seed: run.seed,
    data, settings: plan.parsed.digest, calibration: { generation: state.generation, row: state.rowCorrection, queue: state.queueCorrection },
    funnel, drops: dropsOf(score, said, funnel), alerts: said.alerts.length, incidents: said.incidents.length, more: score.queue.more.length, aboveThreshold: score.exceeds.reduce((sum, one) => sum + one, 0),
    warnings: [...warnings], changes: [...(reopened?.changes(said) ?? [])], picture: runPictureOf(history, score), at: clock.now().toISOString(),
  };
}

function funnelOf(records: number, { counts, candidates, queue }: DayScore, { alerts }: Alerting): Funnel {
  const cold = candidates.status.reduce((sum, code) => sum + Number(statuses[code] !== 'scored' && code !== knownStatus), 0);
  return {
    read: records, kept: counts.kept, scored: candidates.rows.length, unknown: cold,
    overBudget: queue.more.reduce((sum, { places }) => sum + places.length, 0), suppressed: counts.guarded + counts.scanners, sent: alerts.length,
  };
}

function dropsOf({ counts, candidates, line, queue }: DayScore, { alerts }: Alerting, funnel: Funnel): Drop[] {
  const drops: Drop[] = [
    { stage: 'scored', rows: counts.known, reason: 'usual accesses: the account has been there before' },
    { stage: 'suppressed', rows: counts.guarded, reason: 'repeats of pairs that alerted in the last 14 days and were not judged; open incidents absorb them' },
    { stage: 'suppressed', rows: counts.scanners, reason: 'accounts that scan by trade, listed once' },
    { stage: 'overBudget', rows: funnel.overBudget, reason: `${queue.more.length} more incidents above the line than the budget has room for` },
    { stage: 'sent', rows: candidates.rows.length - alerts.length - funnel.overBudget, reason: Number.isFinite(line) ? `below the line (incident score ${line.toFixed(2)}) and below the rule's threshold` : 'not among the oddest of the day' },
  ];
  return drops.filter(({ rows }) => rows > 0);
}
