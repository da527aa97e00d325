import type { DataSource } from '../contracts/data-source.ts';
import type { Clock } from '../contracts/services.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import { History } from '../detection/daily/history.ts';
import type { ModelRecord, Role, RunRecord, WatermarkRecord } from '../state/index.ts';
import { heldOf, nothingKnown, type Held, type Known, type LeftOut } from './left-out.ts';
import type { Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import { partOfRows } from './part-of-rows.ts';
import type { Plan } from './plan.ts';
import { inputOf, loadRows, type DayRows, type DaySpan } from './rows.ts';
import { runDay, type Scored } from './day-run.ts';
import { nothingToLearn } from './nothing-to-learn.ts';
import { assertColumnsStay, filesWithoutRows } from './schema-change.ts';
import { bringsNews, type Heard } from './silence.ts';
import { daysAtOnce, everyDays, replayDays, startOfDay, trainDays, utcDayOf, type Stepping } from './step.ts';
import { trainOn, updateTo } from './train-detection.ts';
import { touches, watermarksOf } from './watermarks.ts';

/** What earlier runs know of the source. */
export interface Past {
  /** Versions of files at the time when late data was looked for, by URL. */
  readonly seen: ReadonlyMap<string, string>;
  /** Marks that wait to be recorded. */
  readonly waiting: readonly WatermarkRecord[];
  /** Files that could not be read when late data was looked for: they wait as well. */
  readonly leftOut: readonly LeftOut[];
  /** The last run that scored the first day of these, or the day before it. */
  readonly last: RunRecord | null;
}

export interface Progressing {
  readonly session: Session;
  readonly plan: Plan;
  readonly role: Role;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly memory: Memory | null;
  /** Days to score, half-open; each is whole. */
  readonly days: DaySpan;
  /** The day after them, as far as it has come. */
  readonly partial: Date | null;
  /** Called when a day was recorded. */
  readonly onDay?: ((scored: Scored) => void) | undefined;
  /** Rows that were read already. */
  readonly rows?: DayRows | undefined;
  /** Absent where nothing is recorded. */
  readonly past?: Past;
  /** What earlier runs know of the source's files; nothing when absent. */
  readonly known?: Known;
  /** Whether it trains when that is due; true when absent. */
  readonly retrains?: boolean;
  /** Whether it learns the day before; true when absent. */
  readonly learns?: boolean;
  readonly run: Run;
}

export interface Progressed {
  readonly memory: Memory;
  /** The rows that were read last. */
  readonly rows: DayRows;
  /** The first version met of each file, by URL. */
  readonly seen: ReadonlyMap<string, string>;
}

/** Goes from day to day: trains when it is due, learns the day before, scores the day. */
export async function progress(request: Progressing): Promise<Progressed> {
  const { days, partial } = request;
  const last = partial ? utcDayOf(partial) + 1 : days.to;
  const steps = new Steps(request);
  for (let from = days.from; from < last; from += daysAtOnce) await steps.through({ from, to: Math.min(last, from + daysAtOnce) }, last);
  return steps.reached;
}

class Steps {
  readonly #request: Progressing;
  readonly #marks: Map<string, WatermarkRecord>;
  readonly #seen: Map<string, string>;
  #waiting: readonly WatermarkRecord[];
  #leftOut: readonly LeftOut[];
  readonly #held: Map<string, Held>;
  #last: RunRecord | null;
  #memory: Memory | null;
  #rows: DayRows | null = null;

  constructor(request: Progressing) {
    const { past, memory, known = nothingKnown } = request;
    this.#request = request;
    this.#memory = memory;
    this.#marks = new Map(known.marks);
    this.#seen = new Map(past?.seen);
    this.#waiting = past?.waiting ?? [];
    this.#leftOut = past?.leftOut ?? [];
    this.#held = new Map([...known.quarantine, ...this.#leftOut.map((one) => [one.file.url, heldOf(one)] as const)]);
    this.#last = past?.last ?? null;
  }

  get reached(): Progressed {
    const { detection } = this.#request.plan;
    if (this.#memory && this.#rows) return { memory: this.#memory, rows: this.#rows, seen: this.#seen };
    throw new ByomlError('DATA_EMPTY', `${detection.name}: no day to score`, { details: { detection: detection.name } });
  }

  async through({ from, to }: DaySpan, last: number): Promise<void> {
    const { session, run, rows: given, partial, days } = this.#request;
    session.options.step('reading');
    const rows = given ?? (await this.#read({ from: this.#firstNeeded(from, to), to }));
    this.#rows = rows;
    for (const one of rows.leftOut) this.#held.set(one.file.url, heldOf(one));
    for (const { url, version } of rows.files) if (!this.#seen.has(url)) this.#seen.set(url, version);
    session.options.step('scoring');
    for (let day = from; day < to; day++) {
      run.signal.throwIfAborted();
      await this.#step(rows, day, { until: partial && day === last - 1 ? partial : null, isLast: day === to - 1 });
      run.progress({ done: day - days.from + 1, total: last - days.from, unit: 'days' });
    }
  }

  #read(span: DaySpan): Promise<DayRows> {
    const { session, plan, partial, run } = this.#request;
    const source = partial && span.to > utcDayOf(partial) ? upTo(plan.source, partial) : plan.source;
    return loadRows(session, { ...plan, source }, span, run, { input: inputOf(this.#memory ? [plan.chosen, this.#memory.chosen] : [plan.chosen]), known: this.#known });
  }

  async #step(rows: DayRows, day: number, { until, isLast }: { readonly until: Date | null; readonly isLast: boolean }): Promise<void> {
    const { onDay, past } = this.#request;
    if (past) await this.#assertColumns(rows, day);
    const learned = await this.#learn(rows, day);
    const watermarks = this.#watermarks(rows, day, isLast);
    const leftOut = this.#leftOutOn(rows, day);
    const heard = past && this.#heard(rows, day, leftOut);
    const scored = await runDay(this.#stepping(rows, { from: day, to: day + 1 }), learned.memory, {
      day, to: until ?? new Date(startOfDay(day + 1)), closes: until === null, models: learned.models, warnings: learned.warnings ?? [], watermarks, leftOut, ...(heard && { heard }),
    });
    this.#memory = scored.memory;
    this.#last = scored.record;
    this.#waiting = [];
    this.#leftOut = [];
    for (const one of leftOut) this.#held.set(one.file.url, { ...heldOf(one), since: one.since ?? scored.record.number });
    for (const mark of watermarks) this.#marks.set(mark.url, mark);
    onDay?.(scored);
  }

  #watermarks(rows: DayRows, day: number, isLast: boolean): WatermarkRecord[] {
    // A file of unknown time that changed since late data was looked for may hold late data that nobody has looked at.
    const files = rows.files.filter(({ url, version, span }) => span || this.#seen.get(url) === version);
    return [...this.#waiting, ...watermarksOf(this.#request.plan.detection.name, files, day, isLast)];
  }

  #heard(rows: DayRows, day: number, leftOut: readonly LeftOut[]): Heard {
    const isNew = leftOut.some(({ since }) => since === null) || bringsNews(rows.files.filter((file) => touches(file, day)), this.#marks);
    return { isNew: rows.files.length === 0 && this.#marks.size === 0 ? null : isNew, last: this.#last };
  }

  #assertColumns(rows: DayRows, day: number): Promise<void> {
    const { session, plan, run } = this.#request;
    return assertColumnsStay({ session, plan, known: this.#known, run }, rows, filesWithoutRows(rows, day, this.#marks, this.#last), day);
  }

  get #known(): Known {
    return { marks: this.#marks, quarantine: this.#held };
  }

  /** Files that were left out: those that the day needs, and those that no run has recorded yet. */
  #leftOutOn(rows: DayRows, day: number): LeftOut[] {
    const met = new Map([...this.#leftOut, ...rows.leftOut].map((one) => [one.file.url, one]));
    return [...met.values()].map((one) => ({ ...one, since: this.#held.get(one.file.url)?.since ?? null })).filter(({ file, since }) => since === null || touches(file, day));
  }

  /** The model that scores the day: trained anew, brought up to the day before, or as it is. */
  async #learn(rows: DayRows, day: number): Promise<{ readonly memory: Memory; readonly models: readonly ModelRecord[]; readonly warnings?: readonly string[] }> {
    const { plan, learns = true } = this.#request;
    const memory = this.#memory;
    if (!memory) return { memory: await this.#first(rows, day), models: [] };
    const stepping = this.#isTrainingDue(memory, day) ? this.#stepping(rows, trainingSpan(plan, day)) : null;
    if (stepping && isWorthTraining(stepping, day)) return { memory: await trainOn(stepping, memory, day), models: [] };
    const warnings = stepping ? [`a training is due, but the days before have too few rows: model ${memory.record.version} goes on`] : [];
    if (!learns || memory.learned.to >= day) return { memory, models: [], warnings };
    const updated = await updateTo(this.#stepping(rows, { from: memory.learned.to, to: day }), memory, day);
    return { memory: updated.memory, models: updated.record ? [updated.record] : [], warnings };
  }

  async #first(rows: DayRows, day: number): Promise<Memory> {
    const { session, plan, run } = this.#request;
    const stepping = this.#stepping(rows, trainingSpan(plan, day));
    if (stepping.history.between(day - trainDays(plan), day).length === 0) throw await nothingToLearn(session, plan, day, run);
    return trainOn(stepping, null, day);
  }

  #isTrainingDue({ state }: Memory, day: number): boolean {
    const { plan, retrains = true } = this.#request;
    return retrains && day - state.trainedAt >= everyDays(plan);
  }

  #stepping(rows: DayRows, span: DaySpan): Stepping {
    const { plan, role, ledger, clock, run } = this.#request;
    const part = partOfRows(rows, span);
    return { plan, role, ledger, history: new History(plan.chosen.component, part), rows: part, clock, run: quiet(run) };
  }

  /** The first day whose rows are needed to train and score the days. */
  #firstNeeded(first: number, last: number): number {
    const { plan } = this.#request;
    const memory = this.#memory;
    if (!memory) return trainingSpan(plan, first).from;
    const needed = Math.min(first, memory.learned.to);
    return this.#isTrainingDue(memory, last - 1) ? Math.min(needed, trainingSpan(plan, Math.max(first, memory.state.trainedAt + everyDays(plan))).from) : needed;
  }
}

const trainingSpan = (plan: Plan, day: number): DaySpan => ({ from: day - trainDays(plan) - replayDays, to: day });

/** Distinct days without which nothing can be replayed: after a long outage of the source the model at hand is the better one. */
const fewestDays = 6;
const isWorthTraining = ({ plan, history }: Stepping, day: number): boolean => history.index.days.length >= fewestDays && history.between(day - trainDays(plan), day).length > 0;

const quiet = (run: Run): Run => ({ ...run, progress: () => {} });

/** A window that ends within a day does not see what comes after it, where the files tell their time. */
const upTo = (source: DataSource, until: Date): DataSource => ({
  async scan(window, run) {
    const scan = await source.scan(window, run);
    return scan.kind === 'files' ? { ...scan, files: scan.files.filter(({ span }) => !span || span.from < until) } : scan;
  },
});
