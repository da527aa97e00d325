import type { ScanFile } from '../contracts/data-source.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import { History } from '../detection/daily/history.ts';
import { isoDay } from '../detection/table/days.ts';
import type { AlertRecord, Role, RunRecord, State, WatermarkRecord } from '../state/index.ts';
import type { Alerting } from './alerting.ts';
import { runDay, type DayRun } from './day-run.ts';
import { heldOf, isHeld, type Known, type LeftOut } from './left-out.ts';
import { memoryOf } from './load-memory.ts';
import type { Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import { rowsDigest } from './model-store.ts';
import { partOfRows } from './part-of-rows.ts';
import type { Plan } from './plan.ts';
import { inputOf, loadRows, spanWindow, type DayRows, type DaySpan } from './rows.ts';
import { assertColumnsStay, newPart } from './schema-change.ts';
import { startOfDay, trainDays, type Stepping } from './step.ts';
import { markOf, touches } from './watermarks.ts';

interface Late {
  readonly session: Session;
  readonly plan: Plan;
  readonly state: State;
  readonly ledger: Ledger;
  readonly memory: Memory;
  readonly clock: Stepping['clock'];
  readonly known: Known;
  readonly run: Run;
}

/** What looking for late data has found. */
export interface Reopened {
  /** Whether a day was scored again. */
  readonly any: boolean;
  /** Marks of files that changed without changing a row: they wait for the next run that is recorded. */
  readonly marks: readonly WatermarkRecord[];
  /** Files that could not be read, which no run has recorded yet. */
  readonly leftOut: readonly LeftOut[];
  /** Versions of all files that were looked at, by URL. */
  readonly seen: ReadonlyMap<string, string>;
}

interface Changed {
  /** Scored days that changed files may say something about, ascending. */
  readonly days: readonly number[];
  readonly files: ReadonlyArray<{ readonly file: ScanFile; readonly lastDay: number }>;
  readonly seen: ReadonlyMap<string, string>;
}

const dayMs = 86_400_000;
const role: Role = 'production';
const nothing: Changed = { days: [], files: [], seen: new Map() };

/** Closed days whose files have grown or appeared since they were scored, as far back as a training looks. Days that nothing can tell apart are all named. */
async function changed({ plan, state, memory, known, run }: Late): Promise<Changed> {
  const closed = memory.state.closedThrough;
  if (closed === null) return nothing;
  const span = { from: closed + 1 - trainDays(plan), to: closed + 1 };
  const scan = await plan.source.scan(spanWindow(span), { ...run, progress: () => {} });
  if (scan.kind !== 'files') return nothing;
  const scored = new Set(scoredDays(plan, state, span));
  const files = scan.files.filter((file) => known.marks.get(file.url)?.version !== file.version && !isHeld(file, known)).map((file) => ({ file, days: daysOf(file, span).filter((day) => scored.has(day)) })).filter(({ days }) => days.length > 0);
  return {
    days: [...new Set(files.flatMap(({ days }) => days))].sort((a, b) => a - b),
    files: files.map(({ file, days }) => ({ file, lastDay: days.at(-1) as number })),
    seen: new Map(scan.files.map(({ url, version }) => [url, version])),
  };
}

/** Days that were scored, whose model is still there to score them again. */
function scoredDays({ detection }: Plan, state: State, { from, to }: DaySpan): number[] {
  const there = new Set(state.models(detection.name).filter(({ pruned }) => !pruned).map(({ version }) => version));
  return state.runs({ detection: detection.name, kind: 'score', role, from, to }).flatMap(({ day, model }) => (day !== null && there.has(model.version) ? [day] : []));
}

function daysOf({ span }: ScanFile, { from, to }: DaySpan): number[] {
  const first = span ? Math.max(from, Math.floor(span.from.getTime() / dayMs)) : from;
  const last = span ? Math.min(to, Math.ceil(span.to.getTime() / dayMs)) : to;
  return Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
}

/** Scores changed days again with the model, window and corrections of their own run; later days stay as they are. */
export async function reopenDays(late: Late): Promise<Reopened> {
  const { session, plan, memory, run } = late;
  const { days, files, seen } = await changed(late);
  let any = false;
  let marks: WatermarkRecord[] = [];
  const held = new Map(late.known.quarantine);
  const known: Known = { ...late.known, quarantine: held };
  let leftOut: LeftOut[] = [];
  for (const { from, to } of stretches(days)) {
    const rows = await loadRows(session, plan, { from, to }, run, { input: inputOf([plan.chosen, memory.chosen]), known });
    const found = rows.leftOut.filter(({ file, since }) => since === null && !isHeld(file, known));
    for (const one of found) held.set(one.file.url, heldOf(one));
    leftOut.push(...found);
    const unread = new Set(rows.leftOut.map(({ file }) => file.url));
    for (let day = from; day < to; day++) {
      run.signal.throwIfAborted();
      // A file is done with when the last of its days was looked at.
      marks.push(...files.filter(({ file, lastDay }) => lastDay === day && !unread.has(file.url)).map(({ file }) => markOf(plan.detection.name, file)));
      const brought = files.filter(({ file }) => touches(file, day)).flatMap(({ file }) => newPart(file, known.marks));
      const record = await reopenDay({ ...late, known }, day, rows, { brought, watermarks: marks, leftOut: [...leftOut, ...neededBy(day, rows, held)] });
      if (!record) continue;
      any = true;
      marks = [];
      for (const one of leftOut) held.set(one.file.url, { ...heldOf(one), since: record.number });
      leftOut = [];
    }
  }
  return { any, marks, leftOut, seen };
}

/** Files that the day was scored without and that a run has recorded already. */
const neededBy = (day: number, rows: DayRows, held: Known['quarantine']): LeftOut[] =>
  rows.leftOut.map((one) => ({ ...one, since: held.get(one.file.url)?.since ?? null })).filter(({ file, since }) => since !== null && touches(file, day));

/** Days in a row are read together. */
function stretches(days: readonly number[]): DaySpan[] {
  const spans: Array<{ from: number; to: number }> = [];
  for (const day of days) {
    const last = spans.at(-1);
    if (last?.to === day) last.to = day + 1;
    else spans.push({ from: day, to: day + 1 });
  }
  return spans;
}

interface Reopening extends Required<Pick<DayRun, 'watermarks' | 'leftOut'>> {
  /** What the changed files hold that was not read yet. */
  readonly brought: readonly ScanFile[];
}

async function reopenDay(late: Late, day: number, rows: DayRows, { brought, watermarks, leftOut }: Reopening): Promise<RunRecord | null> {
  const { session, plan, state, ledger, memory, clock, known, run } = late;
  const before = state.latestScore(plan.detection.name, role, day);
  if (!before) return null;
  const isSame = state.model(plan.detection.name, before.model.version)?.algorithm === memory.record.algorithm;
  if (isSame && digestOf(memory, rows, day) === before.data) {
    // Records that leave the rows of their day as they were may name a column differently.
    await assertColumnsStay(late, rows, brought, day);
    return null;
  }
  const then = await memoryOf(session, plan, state, before, role);
  const own = isSame ? rows : await loadRows(session, plan, { from: day, to: day + 1 }, run, { input: inputOf([plan.chosen, then.chosen]), known });
  if (!isSame && digestOf(then, own, day) === before.data) return null;
  const part = partOfRows(own, { from: day, to: day + 1 });
  const held = state.alerts({ detection: plan.detection.name, role, from: day, to: day + 1, withdrawn: false });
  const stepping: Stepping = { plan, role, ledger, history: new History(then.chosen.component, part), rows: part, clock, run: { ...run, progress: () => {} } };
  const { record } = await runDay(stepping, then, {
    day, to: new Date(startOfDay(day + 1)), closes: false, models: [], watermarks, leftOut,
    reopened: { state: memory.state, replaces: before, changes: (said) => changesBetween(held, said, day) },
  });
  return record;
}

function digestOf({ chosen }: Memory, rows: DayRows, day: number): string {
  const history = new History(chosen.component, partOfRows(rows, { from: day, to: day + 1 }));
  return rowsDigest(history, history.index.on(day));
}

/** One sentence per alert that came, went or changed. */
function changesBetween(held: readonly AlertRecord[], { alerts }: Alerting, day: number): string[] {
  const before = new Map(held.map((alert) => [alert.recordId, alert]));
  const now = new Map(alerts.map((alert) => [alert.recordId, alert]));
  const named = ({ user, resource }: Pick<AlertRecord, 'user' | 'resource'>): string => `${user} → ${resource}`;
  const changes = [
    ...alerts.filter(({ recordId }) => !before.has(recordId)).map((alert) => `gained ${named(alert)}`),
    ...held.filter(({ recordId }) => !now.has(recordId)).map((alert) => `lost ${named(alert)}`),
    ...alerts.flatMap((alert) => {
      const old = before.get(alert.recordId);
      return old && (old.count !== alert.count || old.pValue !== alert.pValue) ? [`changed ${named(alert)}: count ${old.count} → ${alert.count}, p ${old.pValue.toPrecision(3)} → ${alert.pValue.toPrecision(3)}`] : [];
    }),
  ];
  return [`late data of ${isoDay(day)}`, ...changes];
}
