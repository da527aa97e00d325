import type { ScanFile } from '../contracts/data-source.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import { History } from '../detection/daily/history.ts';
import { isoDay } from '../detection/table/days.ts';
import type { AlertRecord, Role, RunRecord, State, WatermarkRecord } from '../state/index.ts';
import type { Alerting } from './alerting.ts';
import { runDay } from './day-run.ts';
import { memoryOf } from './load-memory.ts';
import type { Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import { rowsDigest } from './model-store.ts';
import type { Plan } from './plan.ts';
import { loadRows, spanWindow } from './rows.ts';
import { startOfDay, trainDays, type Stepping } from './step.ts';

interface Late {
  readonly session: Session;
  readonly plan: Plan;
  readonly state: State;
  readonly ledger: Ledger;
  readonly memory: Memory;
  readonly clock: Stepping['clock'];
  readonly run: Run;
}

const dayMs = 86_400_000;

/** Closed days whose files have grown or appeared since they were scored, as far back as a training looks. Days that nothing can tell apart are all named. */
async function changedDays({ plan, state, memory, run }: Omit<Late, 'session' | 'ledger' | 'clock'>): Promise<{ readonly days: readonly number[]; readonly files: readonly ScanFile[] }> {
  const closed = memory.state.closedThrough;
  if (closed === null) return { days: [], files: [] };
  const span = { from: closed + 1 - trainDays(plan), to: closed + 1 };
  const scan = await plan.source.scan(spanWindow(span), { ...run, progress: () => {} });
  if (scan.kind !== 'files') return { days: [], files: [] };
  const marks = state.watermarks(plan.detection.name);
  const files = scan.files.filter(({ url, version }) => marks.get(url)?.version !== version);
  const scored = new Set(state.runs({ detection: plan.detection.name, kind: 'score', role: 'production', from: span.from, to: span.to }).map(({ day }) => day));
  const touched = new Set(files.flatMap((file) => daysOf(file, span)));
  return { days: [...touched].filter((day) => scored.has(day)).sort((a, b) => a - b), files };
}

function daysOf({ span }: ScanFile, { from, to }: { readonly from: number; readonly to: number }): number[] {
  const first = span ? Math.max(from, Math.floor(span.from.getTime() / dayMs)) : from;
  const last = span ? Math.min(to, Math.ceil(span.to.getTime() / dayMs)) : to;
  return Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
}

/** Scores changed days again with the model, window and corrections of their own run; later days stay as they are. Answers the marks of files that changed without changing a row. */
export async function reopenDays(late: Late): Promise<WatermarkRecord[]> {
  const { days, files } = await changedDays(late);
  const same: WatermarkRecord[] = [];
  for (const day of days) {
    const record = await reopenDay(late, day, files);
    if (!record) same.push(...marksOn(late.plan, files, day));
  }
  // A file without a time of its own is done with when all days were looked at.
  return [...same, ...files.filter(({ span }) => !span).map((file) => markOf(late.plan, file))];
}

const marksOn = (plan: Plan, files: readonly ScanFile[], day: number): WatermarkRecord[] =>
  files.filter(({ span }) => span && Math.floor((span.to.getTime() - 1) / dayMs) === day).map((file) => markOf(plan, file));

async function reopenDay({ session, plan, state, ledger, memory, clock, run }: Late, day: number, files: readonly ScanFile[]): Promise<RunRecord | null> {
  const role: Role = 'production';
  const before = state.latestScore(plan.detection.name, role, day);
  if (!before) return null;
  const rows = await loadRows(session, plan, { from: day, to: day + 1 }, run);
  const history = new History(memory.chosen.component, rows);
  if (rowsDigest(history, history.index.on(day)) === before.data) return null;
  const then = await memoryOf(session, plan, state, before, role);
  const held = state.alerts({ detection: plan.detection.name, role, from: day, to: day + 1 }).filter(({ withdrawn }) => !withdrawn);
  const watermarks = marksOn(plan, files, day);
  const stepping: Stepping = { plan, role, ledger, history, rows, clock, run };
  const { record } = await runDay(stepping, then, {
    day, to: new Date(startOfDay(day + 1)), closes: false, models: [], watermarks,
    reopened: { state: memory.state, changes: (said) => changesBetween(held, said, day) },
  });
  return record;
}

const markOf = ({ detection }: Plan, { url, version, bytes, offset = 0 }: ScanFile): WatermarkRecord => ({ detection: detection.name, url, version, bytes: bytes + offset });

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
