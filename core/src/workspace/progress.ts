import type { DataSource, ScanFile } from '../contracts/data-source.ts';
import type { Clock } from '../contracts/services.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import { History } from '../detection/daily/history.ts';
import type { ModelRecord, Role, RunRecord, WatermarkRecord } from '../state/index.ts';
import type { Ledger } from './ledger.ts';
import type { Memory } from './memory.ts';
import { partOfRows } from './part-of-rows.ts';
import type { Plan } from './plan.ts';
import { inputOf, loadRows, type DayRows, type DaySpan } from './rows.ts';
import { runDay, type Scored } from './day-run.ts';
import { nothingToLearn } from './nothing-to-learn.ts';
import { bringsNews } from './silence.ts';
import { daysAtOnce, everyDays, replayDays, startOfDay, trainDays, utcDayOf, type Stepping } from './step.ts';
import { trainOn, updateTo } from './train-detection.ts';
import { watermarksOf } from './watermarks.ts';

/** What earlier runs know of the source. */
export interface Past {
  /** How far each file was read, by URL. */
  readonly marks: ReadonlyMap<string, WatermarkRecord>;
  /** Versions of files at the time when late data was looked for, by URL. */
  readonly seen: ReadonlyMap<string, string>;
  /** Marks that wait to be recorded. */
  readonly waiting: readonly WatermarkRecord[];
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
  #last: RunRecord | null;
  #memory: Memory | null;
  #rows: DayRows | null = null;

  constructor(request: Progressing) {
    const { past, memory } = request;
    this.#request = request;
    this.#memory = memory;
    this.#marks = new Map(past?.marks);
    this.#seen = new Map(past?.seen);
    this.#waiting = past?.waiting ?? [];
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
    return loadRows(session, { ...plan, source }, span, run, inputOf(this.#memory ? [plan.chosen, this.#memory.chosen] : [plan.chosen]));
  }

  async #step(rows: DayRows, day: number, { until, isLast }: { readonly until: Date | null; readonly isLast: boolean }): Promise<void> {
    const { plan, onDay, past } = this.#request;
    const { name } = plan.detection;
    const learned = await this.#learn(rows, day);
    // A file of unknown time that changed since late data was looked for may hold late data that nobody has looked at.
    const files = rows.files.filter(({ url, version, span }) => span || this.#seen.get(url) === version);
    const watermarks = [...this.#waiting, ...watermarksOf(name, files, day, isLast)];
    const heard = past && { isNew: rows.files.length === 0 && this.#marks.size === 0 ? null : bringsNews(rows.files.filter((file) => touches(file, day)), this.#marks), last: this.#last };
    const scored = await runDay(this.#stepping(rows, { from: day, to: day + 1 }), learned.memory, {
      day, to: until ?? new Date(startOfDay(day + 1)), closes: until === null, models: learned.models, warnings: learned.warnings ?? [], watermarks, ...(heard && { heard }),
    });
    this.#memory = scored.memory;
    this.#last = scored.record;
    this.#waiting = [];
    for (const mark of watermarks) this.#marks.set(mark.url, mark);
    onDay?.(scored);
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

const touches = ({ span }: ScanFile, day: number): boolean => !span || (span.from.getTime() < (day + 1) * dayMs && span.to.getTime() > day * dayMs);
const dayMs = 86_400_000;

/** A window that ends within a day does not see what comes after it, where the files tell their time. */
const upTo = (source: DataSource, until: Date): DataSource => ({
  async scan(window, run) {
    const scan = await source.scan(window, run);
    return scan.kind === 'files' ? { ...scan, files: scan.files.filter(({ span }) => !span || span.from < until) } : scan;
  },
});
