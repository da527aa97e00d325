import type { ChosenAlgorithm } from '../ad-hoc/algorithm.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Calibration } from '../detection/calibrate/calibration.ts';
import { calibrate } from '../detection/calibrate/calibrate.ts';
import { calibrationOf, encodedDay, type WindowDay } from '../detection/daily/calibration-window.ts';
import { isUnlearnable, pairKey } from '../detection/daily/guards.ts';
import { keyOf, type History } from '../detection/daily/history.ts';
import { learn, learnOn, type Learned, type Unlearnable } from '../detection/daily/learner.ts';
import { firstSightings, replayWindow } from '../detection/daily/replay-window.ts';
import { scannersOf } from '../detection/daily/scanners.ts';
import { isWorkday } from '../detection-file/index.ts';
import { accessesOf, scopesOf } from '../detection/table/accesses.ts';
import { isoDay } from '../detection/table/days.ts';
import { pick, type StoredColumns } from '../detection/table/pick.ts';
import type { DetectionState, GuardRecord, HostSighting, ModelRecord, RunOutcome } from '../state/index.ts';
import { leftOutWarning } from './left-out.ts';
import type { Memory } from './memory.ts';
import { rowsDigest } from './model-store.ts';
import { idOf } from './record-id.ts';
import type { Hidden } from './hidden-pairs.ts';
import { everyDays, startOfDay, trainDays, type Stepping } from './step.ts';

/** What nobody knows before the first run. */
const untold: Pick<Memory, 'guards' | 'hidden' | 'open'> = { guards: new Map(), hidden: new Map(), open: new Map() };

/** Learns from nothing the days before `day`, calibrates by replay, and records it. */
export async function trainOn(stepping: Stepping, before: Memory | null, day: number): Promise<Memory> {
  const { plan, ledger, clock, run } = stepping;
  const started = performance.now();
  const { chosen, detection } = plan;
  const history = stepping.history.for(chosen.component);
  const [version, generation] = [ledger.nextVersion(detection.name), ledger.nextGeneration()];
  const scanners = scannersOf(history, day - trainDays(plan), day, detection.scanners);
  const { guards, hidden, open } = before ?? untold;
  const learned = await learn({ history, from: firstOf(stepping, day - trainDays(plan), day), to: day, unlearnable: unlearnable(history, scanners, guards, hidden) }, run);
  const { window, provisional } = await calibrated(stepping, history, learned, scanners);
  const data = rowsDigest(history, history.between(learned.from, day));
  const calibration = calibrationOf(window) ?? provisional;
  const digest = await ledger.keepModel({ plan, chosen, version, learned, calibration, parentDigest: null, data }, run);
  const made = { version, digest, parentDigest: before?.record.digest ?? null, generation, scanners };
  const record: ModelRecord = { ...recordOf(stepping, chosen, learned, made), made: 'train', calibrated: calibration !== null };
  const hosts = before?.hosts ?? new Map([...firstSightings(history)].filter(([, first]) => first < day));
  const memory: Memory = { chosen, record, learned, window, provisional, guards, hidden, hosts, scanners, open, state: stateAfterTraining(stepping, before, { version, generation, day }) };
  ledger.commit(trainOutcome(stepping, memory, { day, data, window, hosts: before ? [] : sightingsOf(hosts), seconds: (performance.now() - started) / 1000, at: clock.now().toISOString() }));
  return memory;
}

function stateAfterTraining({ plan, role }: Stepping, before: Memory | null, { version, generation, day }: { readonly version: number; readonly generation: number; readonly day: number }): DetectionState {
  const { rowCorrection, queueCorrection, closedThrough } = before?.state ?? { rowCorrection: 0, queueCorrection: 0, closedThrough: null };
  return { detection: plan.detection.name, role, model: version, generation, rowCorrection, queueCorrection, closedThrough, learnedThrough: day - 1, trainedAt: day };
}

/** The window that replaying the last working days gives; where there are too few days, pairs held out once instead. */
async function calibrated({ plan, run }: Stepping, history: History, learned: Learned, scanners: ReadonlySet<string>): Promise<Pick<Memory, 'window' | 'provisional'>> {
  const window = await replayWindow({
    history, model: learned.model, day: learned.to, trainDays: trainDays(plan), everyDays: everyDays(plan), perDay: plan.detection.budget.perDay, isWorkday: (at) => isWorkday(plan.detection.calendar, at), leftOut: isScanner(history, scanners),
  }, run);
  return { window, provisional: calibrationOf(window) ? null : await withoutTime(history, learned, run) };
}

/** Also learns the days up to `day`; the model becomes a new version, recorded with the next run. */
export async function updateTo(stepping: Stepping, memory: Memory, day: number): Promise<{ readonly memory: Memory; readonly record: ModelRecord | null }> {
  const { plan, ledger, run } = stepping;
  const { chosen } = memory;
  const history = stepping.history.for(chosen.component);
  const learned = await learnOn(history, memory.learned, day, unlearnable(history, memory.scanners, memory.guards, memory.hidden), run);
  if (learned === memory.learned) return { memory, record: null };
  const version = ledger.nextVersion(plan.detection.name);
  const parentDigest = memory.record.digest;
  const data = idOf('update', parentDigest, rowsDigest(history, history.between(memory.learned.to, day)));
  const digest = await ledger.keepModel({ plan, chosen, version, learned, calibration: calibrationOf(memory.window) ?? memory.provisional, parentDigest, data }, run);
  const record: ModelRecord = { ...recordOf(stepping, chosen, learned, { version, digest, parentDigest, generation: memory.state.generation, scanners: memory.scanners }), made: 'update', calibrated: memory.record.calibrated };
  return { memory: { ...memory, learned, record, state: { ...memory.state, model: version, learnedThrough: day - 1 } }, record };
}

/** The first day to learn: the window's, or the first that has rows. Throws DATA_EMPTY when the window has none. */
function firstOf({ history, plan }: Stepping, from: number, day: number): number {
  const first = history.index.days.find((at) => at >= from);
  if (first !== undefined && first < day) return first;
  const [earliest, latest] = [history.index.days[0], history.index.days.at(-1)];
  const there = earliest === undefined || latest === undefined ? 'the source has none at all around it' : `its rows are of ${isoDay(earliest)} to ${isoDay(latest)}`;
  throw new ByomlError('DATA_EMPTY', `${plan.detection.name}: no rows to learn from in the ${trainDays(plan)} days before ${isoDay(day)}; ${there}`, { details: { detection: plan.detection.name, from: isoDay(from), to: isoDay(day) } });
}

const isScanner = (history: History, scanners: ReadonlySet<string>) => (row: number): boolean => scanners.size > 0 && scanners.has(keyOf(history.scope(row), history.user(row)));

function unlearnable(history: History, scanners: ReadonlySet<string>, guards: ReadonlyMap<string, GuardRecord>, hidden: Hidden): Unlearnable {
  const scans = isScanner(history, scanners);
  const wasHidden = (row: number): boolean => hidden.size > 0 && hidden.get(pairKey(history, row))?.includes(history.rows.days[row] as number) === true;
  return (row, day) => scans(row) || isUnlearnable(history, guards, row, day) || wasHidden(row);
}

/** Where no day can be replayed: pairs held out once, as ad hoc mode does without time. */
async function withoutTime(history: History, { model, from, to }: Learned, run: Stepping['run']): Promise<Calibration | null> {
  const { component, table } = history;
  const numbers = history.between(from, to);
  const learnedTable = { rows: numbers.length, columns: pick(table.columns, numbers).columns as StoredColumns };
  const scopes = scopesOf(learnedTable);
  return (await calibrate({ component, model, table: learnedTable, scopes, accesses: accessesOf(learnedTable, scopes), days: null }, to - from, run)).calibration;
}

interface Made {
  readonly version: number;
  readonly digest: string;
  readonly parentDigest: string | null;
  readonly generation: number;
  readonly scanners: ReadonlySet<string>;
}

function recordOf({ plan, clock, role }: Stepping, { component, settings }: ChosenAlgorithm, { from, to, rows }: Learned, { version, digest, parentDigest, generation, scanners }: Made): Omit<ModelRecord, 'made' | 'calibrated'> {
  const named = [...scanners].map((key) => key.split('\0') as [string, string]);
  return {
    detection: plan.detection.name, version, digest, parentDigest, algorithm: component.address, settings: sorted(settings), role: role === 'production' ? 'active' : 'shadow',
    days: { from, to }, rows, generation, scanners: named.map(([scope, user]) => ({ scope, user })), pruned: false, at: clock.now().toISOString(),
  };
}

/** By name, as the model folder has them, so that a model is recorded the same way whether it was just made or opened. */
const sorted = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));

const sightingsOf = (hosts: ReadonlyMap<string, number>): HostSighting[] => [...hosts].map(([key, firstDay]) => {
  const [scope = '', user = '', host = ''] = key.split('\0');
  return { scope, user, host, firstDay };
});

interface TrainFacts {
  readonly day: number;
  readonly data: string;
  readonly window: readonly WindowDay[];
  readonly hosts: readonly HostSighting[];
  readonly seconds: number;
  readonly at: string;
}

const nothing = { read: 0, kept: 0, scored: 0, unknown: 0, overBudget: 0, suppressed: 0, sent: 0 };

function trainOutcome({ plan, role, rows, history, run }: Stepping, memory: Memory, { day, data, window, hosts, seconds, at }: TrainFacts): RunOutcome {
  const { record, state, learned } = memory;
  const leftOut = rows.leftOut.filter(({ file: { span } }) => !span || (span.to.getTime() > Date.parse(startOfDay(learned.from)) && span.from.getTime() < Date.parse(startOfDay(day))));
  const warnings = [
    ...rows.unmatched(history.between(learned.from, day)).map(({ source, key, values, rows: count, examples }) => `${values} values of "${key}" (${count} rows) are not in ${source}: ${examples.join(', ')}${values > examples.length ? ', …' : ''}`),
    ...leftOut.map(leftOutWarning),
    ...(memory.provisional ? ['too few days to replay: p-values are provisional, and no rate of alerts is known yet'] : []),
  ];
  return {
    run: {
      key: idOf('train', plan.parsed.digest, role, day, record.digest, state.generation), detection: plan.detection.name, kind: 'train',
      window: { from: startOfDay(learned.from), to: startOfDay(day) }, day: null, status: leftOut.length > 0 ? 'degraded' : 'done', model: { version: record.version, digest: record.digest }, seed: run.seed,
      data, settings: plan.parsed.digest, calibration: { generation: state.generation, row: state.rowCorrection, queue: state.queueCorrection }, suppressions: [],
      funnel: { ...nothing, read: [...rows.records].reduce((sum, [at, count]) => (at >= learned.from && at < day ? sum + count : sum), 0), kept: learned.rows }, drops: [], alerts: 0, incidents: 0, more: 0, aboveThreshold: 0, warnings, changes: [], seconds, picture: null, at,
    },
    role, alerts: [], incidents: [], evidence: [], guards: [], suppressed: [], watermarks: [], sinks: [], state, hosts, models: [record],
    calibration: window.map((one) => ({ generation: state.generation, ...encodedDay(one) })),
    audit: [{ at, action: 'train', detection: plan.detection.name, detail: `model ${record.version} (${record.digest.slice(0, 12)}) learned ${record.rows} rows of ${isoDay(learned.from)} to ${isoDay(day - 1)}` }],
  };
}
