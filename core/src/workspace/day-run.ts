import { encodedDay } from '../detection/daily/calibration-window.ts';
import { inForceAt } from '../detection/daily/suppressing.ts';
import { isWorkday } from '../detection-file/index.ts';
import type { DetectionState, IncidentRecord, ModelRecord, RunOutcome, RunRecord, WatermarkRecord } from '../state/index.ts';
import { alerting, type Alerting } from './alerting.ts';
import { closeDay, type Closed } from './close-day.ts';
import { dropsOf, funnelOf } from './funnel.ts';
import { leftOutWarning, quarantineOf, type LeftOut } from './left-out.ts';
import type { Memory } from './memory.ts';
import { rowsDigest } from './model-store.ts';
import { idOf, incidentIdOf } from './record-id.ts';
import { runPictureOf } from './run-picture.ts';
import { scoreDay, type DayScore } from './score-day.ts';
import { silenceOf, type Heard, type Silence } from './silence.ts';
import { suppressing } from './suppressed.ts';
import { wideDays, wideWarnings } from './wide-suppressions.ts';
import { startOfDay, type Stepping } from './step.ts';

export interface DayRun {
  readonly day: number;
  /** End of the window; the start of the next day closes the day. */
  readonly to: Date;
  readonly closes: boolean;
  /** Models made since the last run. */
  readonly models: readonly ModelRecord[];
  readonly watermarks: readonly WatermarkRecord[];
  /** What else to say about the run. */
  readonly warnings?: readonly string[];
  /** Files that the day needed, or that no run has recorded yet, and that could not be read; none when absent. */
  readonly leftOut?: readonly LeftOut[];
  /** What is known of the source; absent where nobody would act on its silence. */
  readonly heard?: Heard;
  /** A day that was closed before and has changed since: what the detection's state stays, and what changed. */
  readonly reopened?: { readonly state: DetectionState; readonly replaces: RunRecord; changes(said: Alerting): readonly string[] };
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
  const suppressions = suppressionsOf(plan, request);
  const suppressionOf = suppressing(name, history, suppressions, suppressions.length === 0 ? new Set() : ledger.alertedOn(name, role, day), day);
  const score = await scoreDay({ history, memory: before, day, perDay, suppressions, suppressionOf, isWhole: closes, wasQueued: (draft) => queued.has(incidentIdOf(name, role, draft, day)) }, run);
  const said = await alerting({ plan, history, memory: before, score, role }, run);
  // A day on which nothing came says nothing about how odd a new access is.
  const counts = isWorkday(calendar, day) && score.counts.kept > 0;
  const closed: Closed = closes
    ? closeDay({ history, memory: before, score, perDay, isWorkday: counts, guards: said.guards, suppressed: role === 'shadow' ? [] : said.suppressed, alerted: said.alerted })
    : { memory: before, added: null, hosts: [] };
  const outcome: RunOutcome = {
    run: { ...recordOf({ ...stepping, history }, before, request, score, said), seconds: (performance.now() - started) / 1000 },
    role, ...said, incidents: [...said.incidents, ...dissolved(queued, said)], watermarks: request.watermarks, quarantine: quarantineOf(name, request.leftOut), models: request.models, audit: [], hosts: closed.hosts, state: request.reopened?.state ?? closed.memory.state,
    // What alerted so far guards nothing yet: it may be withdrawn before the day is over.
    guards: closes || request.reopened ? said.guards : [],
    sinks: role === 'shadow' ? [] : plan.sinks.map(({ address }, sink) => ({ sink, address })),
    calibration: closed.added ? [{ generation: before.state.generation, ...encodedDay(closed.added) }] : [],
  };
  return { memory: closed.memory, record: ledger.commit(outcome), outcome, score };
}

/** Late data is scored with the suppressions that its day had. */
const suppressionsOf = ({ detection }: Stepping['plan'], { reopened, to }: DayRun): RunRecord['suppressions'] => (reopened ? reopened.replaces.suppressions : inForceAt(detection.suppress, to));

/** Incidents that an earlier run of the day queued and this one no longer has: late data took their rows back, or a source host gathered them. */
function dissolved(queued: ReadonlyMap<string, IncidentRecord>, { incidents, alerts }: Alerting): RunOutcome['incidents'] {
  const standing = new Set(incidents.map(({ id }) => id));
  return [...queued.values()].filter(({ id }) => !standing.has(id)).map(({ firstRun: _first, lastRun: _last, ...incident }) => {
    const moved = alerts.some((alert) => alert.incident !== null && alert.scope === incident.scope && incident.users.includes(alert.user) && incident.resources.includes(alert.resource));
    return { ...incident, rank: null, status: 'closed', sentence: `${moved ? 'Its accesses are part of another incident of the day' : 'Its accesses are no longer unusual, or were taken back'}. ${incident.sentence}` };
  });
}

function recordOf({ plan, role, ledger, history, rows, clock, run }: Stepping, memory: Memory, { day, to, closes, heard, reopened, warnings = [], leftOut = [] }: DayRun, score: DayScore, said: Alerting): Omit<RunOutcome['run'], 'seconds'> {
  const { record, state } = memory;
  const data = rowsDigest(history, history.index.on(day));
  const window = { from: startOfDay(day), to: to.toISOString() };
  const records = Math.round(rows.records.get(day) ?? 0);
  const funnel = funnelOf(records, history, score, said);
  const silence: Silence = heard ? silenceOf(plan.detection, heard, { day, to, closes, records, data }) : { status: 'done', warnings: [] };
  const wide = said.suppressed.length === 0 ? [] : wideWarnings(score.suppressions, ledger.recentAlerts(plan.detection.name, { from: day - wideDays + 1, to: day }), { alerts: said.alerts.length, suppressed: said.suppressed });
  return {
    // Late data that is taken back again makes another run of the first one's data: it replaces the run between.
    key: idOf('score', plan.parsed.digest, role, window.from, window.to, record.digest, data, state.generation, memory.chosen.code.core, memory.chosen.code.plugin, ...(reopened ? [reopened.replaces.key] : [])),
    detection: plan.detection.name, kind: 'score', window, day, status: silence.status === 'done' && (leftOut.length > 0 || wide.length > 0) ? 'degraded' : silence.status, model: { version: record.version, digest: record.digest }, seed: run.seed,
    data, settings: plan.parsed.digest, calibration: { generation: state.generation, row: state.rowCorrection, queue: state.queueCorrection }, suppressions: score.suppressions,
    funnel, drops: dropsOf(history, score, said, funnel), alerts: said.alerts.length, incidents: said.incidents.length, more: score.queue.more.length, aboveThreshold: score.exceeds.reduce((sum, one) => sum + one, 0),
    warnings: [...warnings, ...leftOut.map(leftOutWarning), ...silence.warnings, ...wide], changes: [...(reopened?.changes(said) ?? [])], picture: runPictureOf(history, score), at: clock.now().toISOString(),
  };
}
