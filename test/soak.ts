import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { randomFrom } from '@byoml/core/random';
import { runDue, type Plan } from '@byoml/core/workspace';
import { blobs, moment, open, recordOf, writeDetection, type Opened } from './small-workspace.ts';

/** Hours since the first of the export. */
export type Hour = number;
const dayHours = 24;

/** Days before the first run, for the first training. */
export const before = 24;

/** What comes into the export, when. A part above 0 is a file of its own beside the hour's. */
interface Arrival {
  /** The hour at whose end it is there. */
  readonly at: Hour;
  readonly hour: Hour;
  readonly part: number;
  readonly records: readonly object[];
}

/** First hour, and the hour after the last. */
export interface Spell {
  readonly from: Hour;
  readonly to: Hour;
}
const within = ({ from, to }: Spell, hour: Hour): boolean => hour >= from && hour < to;

interface Poison extends Spell {
  /** The hour whose second file is spoilt until `to`. */
  readonly hour: Hour;
}

/** What goes wrong. Hours are those of runs: the run of hour h sees what came until then. */
export interface Weather {
  /** The export writes nothing, and everything when it is over. */
  readonly stalls: readonly Spell[];
  readonly sourceDown: readonly Spell[];
  readonly sinkDown: readonly Spell[];
  readonly poison: readonly Poison[];
  /** Records name their account differently from here on; the detection is corrected at the end. */
  readonly renamed: Spell;
}

export function weatherOf(days: number): Weather {
  const first = before * dayHours;
  const weeks = Array.from({ length: Math.ceil(days / 7) }, (_, week) => first + week * 7 * dayHours);
  const at = (start: Hour, day: number, hour: number, hours: number): Spell => ({ from: start + day * dayHours + hour, to: start + day * dayHours + hour + hours });
  const middle = first + Math.floor(days / 2) * dayHours;
  return {
    stalls: weeks.map((week) => at(week, 0, 9, 4)),
    sourceDown: weeks.map((week) => at(week, 0, 15, 3)),
    sinkDown: weeks.map((week) => at(week, 0, 20, 6)),
    // One is mended on its day, the other a day and a half later.
    poison: weeks.flatMap((week, i) => [{ ...at(week, 1, 3, 6), hour: week + dayHours + 2 }, ...(days >= (i + 1) * 7 ? [{ ...at(week, 4, 7, 36), hour: week + 4 * dayHours + 6 }] : [])]),
    renamed: { from: middle + 11, to: middle + 16 },
  };
}

/** A made-up company: teams with shares of their own, and some curiosity. Nothing in it is real. */
export function arrivalsOf(seed: number, days: number, { renamed, poison }: Weather): Arrival[] {
  const random = randomFrom(seed);
  const below = (count: number): number => Math.floor(random.next() * count);
  const arrivals: Arrival[] = [];
  const last = (before + days) * dayHours;
  const recordsOf = (hour: Hour, accesses: ReadonlyArray<readonly [user: number, server: string, share: string]>, name: string): object[] => accesses.map(([user, server, share], i) => {
    const { SubjectUserName, ...record } = recordOf({ user: `u${user}`, server, share, at: moment(0, hour, below(60)), host: `10.0.0.${user}` }) as Record<string, unknown>;
    return { ...record, [hour + 1 >= renamed.from ? 'Actor' : 'SubjectUserName']: SubjectUserName, _ItemId: `${hour}-${name}-${i}` };
  });
  const stranger = (hour: Hour): object[] => recordsOf(hour, ['a', 'b', 'c'].map((share) => [below(30), 'FS99', `${share}${hour}`] as const), 'stranger');
  for (let hour = 0; hour < last; hour++) {
    const accesses = Array.from({ length: 14 }, () => {
      const user = below(30);
      return random.next() < 0.05 ? [user, 'FS2', `s${below(60)}`] as const : [user, 'FS1', `s${(user % 5) * 6 + below(6)}`] as const;
    });
    arrivals.push({ at: hour + 1, hour, part: 0, records: recordsOf(hour, accesses, 'usual') });
    const time = hour % dayHours;
    if (hour < (before + 1) * dayHours) continue;
    // Late on the same day, and a day or two late: with something odd in it.
    if (time === 12 && random.next() < 0.7) arrivals.push({ at: hour + 7, hour, part: 1, records: stranger(hour) });
    if (time === 11 && random.next() < 0.5) arrivals.push({ at: hour - (hour % dayHours) + dayHours * (1 + below(2)) + 20, hour, part: 1, records: stranger(hour) });
  }
  for (const { hour, from } of poison) arrivals.push({ at: from, hour, part: 2, records: stranger(hour) });
  return arrivals.filter(({ at }) => at <= last).sort((a, b) => a.at - b.at || a.hour - b.hour || a.part - b.part);
}

const paths = 'share: ShareName, server: Computer, moment: TimeGenerated, host: IpAddress, name: SubjectUserName';
const view = (columns: string, user: string): string =>
  `{ table: SecurityEvent, columns: { ${columns} }, where: [ { columns: [EventID], in: ['5140', '5145'] } ], sql: 'SELECT ${user} AS "user", server || share AS resource, CAST(CAST(moment AS TIMESTAMP) AS DATE) AS day, COUNT(*) AS count, MIN(CAST(moment AS TIMESTAMP)) AS firstSeen, MAX(CAST(moment AS TIMESTAMP)) AS lastSeen, list_sort(list(DISTINCT host)) AS sourceHosts FROM source WHERE ${user} IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3' }`;
/** What reads the accounts under one name, and under both. */
const views = { old: view(paths, 'name'), both: view(`${paths}, actor: Actor`, 'COALESCE(name, actor)') };

export type Delivered = Readonly<Record<string, unknown>>;

/** A workspace, its export, and a sink in this process. */
export class Station implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'byoml-soak-'));
  readonly name = 'shares';
  /** Rows that the sink has taken, in order. */
  readonly delivered: Delivered[] = [];
  sourceIsDown = false;
  sinkIsDown = false;
  #opened: Opened | undefined;
  #writes = 0;

  constructor(reads: keyof typeof views) {
    mkdirSync(join(this.folder, 'export', blobs), { recursive: true });
    mkdirSync(join(this.folder, 'results'));
    this.edit(reads);
  }

  /** Writes the detection file; what is open goes on with the old one until it is closed. */
  edit(reads: keyof typeof views): void {
    // Nothing is left out by the budget: what an earlier run of a day queued would stay queued, and runs at other hours queue otherwise.
    writeDetection(this, { view: views[reads], enrich: '[]', scanners: '[]', budget: '40/day', train: '{ window: 14d, every: 7d }' });
  }

  write({ hour, part }: Pick<Arrival, 'hour' | 'part'>, text: string, isNew = false): void {
    const iso = moment(0, hour).toISOString();
    const path = join(this.folder, 'export', blobs, `y=${iso.slice(0, 4)}/m=${iso.slice(5, 7)}/d=${iso.slice(8, 10)}/h=${iso.slice(11, 13)}/m=00/PT1H${part > 0 ? `_${part}` : ''}.json`);
    mkdirSync(dirname(path), { recursive: true });
    if (isNew && existsSync(path)) rmSync(path);
    (isNew ? writeFileSync : appendFileSync)(path, text);
  }

  /** The run of an hour, as the command does it. */
  async run(hour: Hour): Promise<Awaited<ReturnType<typeof runDue>>> {
    this.#opened ??= await open(this.folder, this.name, { planned: (plan) => this.#planned(plan) });
    const opened = this.#opened;
    return await runDue({ ...opened, clock: { now: () => moment(0, hour, 1) }, run: opened.session.run });
  }

  get opened(): Promise<Opened> {
    return (async () => (this.#opened ??= await open(this.folder, this.name, { planned: (plan) => this.#planned(plan) })))();
  }

  /** As if the process ended. */
  async close(): Promise<void> {
    await this.#opened?.[Symbol.asyncDispose]();
    this.#opened = undefined;
  }

  #planned(plan: Plan): Plan {
    const unavailable = (what: string): ByomlError => new ByomlError('SERVICE_UNAVAILABLE', `${what} does not answer`);
    return {
      ...plan,
      source: { scan: async (window, run) => {
        if (this.sourceIsDown) throw unavailable('the source');
        return await plan.source.scan(window, run);
      } },
      sinks: plan.sinks.map((sink) => ({ ...sink, create: () => ({ write: async (data) => {
        const rows: Delivered[] = [];
        for await (const { columns, length } of data) for (let i = 0; i < length; i++) rows.push(Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, (column as { at(i: number): unknown }).at(i)])));
        // Every other time it has taken the rows before it fails.
        if (!this.sinkIsDown || this.#writes++ % 2 === 0) this.delivered.push(...rows);
        if (this.sinkIsDown) throw unavailable('the sink');
        return { rows: rows.length };
      } }) })),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const lines = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const torn = '{"EventID":5140,"Subj\n';

/** Lets a station see what comes, through the weather, hour by hour. */
export function* badWeather(station: Station, arrivals: readonly Arrival[], { stalls, poison }: Weather, hours: Spell): Generator<Hour> {
  let next = 0;
  for (let { from: hour } = hours; hour <= hours.to; hour++) {
    const isStalled = stalls.some((stall) => within(stall, hour));
    for (; !isStalled && (arrivals[next]?.at ?? Infinity) <= hour; next++) arrive(station, arrivals[next] as Arrival, poison, hours);
    for (const { to, hour: of } of poison) if (to === hour) station.write({ hour: of, part: 2 }, lines(arrivals.find((arrival) => arrival.hour === of && arrival.part === 2)?.records ?? []), true);
    yield hour;
  }
}

/** The export delivers some records twice, also into the file of another hour; files that are spoilt come so. */
function arrive(station: Station, arrival: Arrival, poison: Weather['poison'], hours: Spell): void {
  const { hour, part, records } = arrival;
  const isSpoilt = part === 2 && poison.some((one) => one.hour === hour);
  station.write(arrival, isSpoilt ? `${lines(records.slice(0, 1))}${torn}` : lines(records));
  if (part === 0 && hour >= hours.from && hour % 2 === 0) station.write({ hour: hour + ((hour / 2) % 2), part: 3 }, lines(records.filter((_record, i) => i % 5 === 0)));
}

const dayOf = (hour: Hour): number => Math.floor(hour / dayHours);

/** The same data in good weather: on time, but for what comes after its day is over; yields the hours that runs are needed at. */
export function* goodWeather(station: Station, arrivals: readonly Arrival[], { poison }: Weather, hours: Spell): Generator<Hour> {
  const mended = new Map(poison.map(({ hour, to }) => [hour, to]));
  const due = arrivals.map((arrival) => ({ ...arrival, at: arrival.part === 2 ? (mended.get(arrival.hour) ?? arrival.at) : arrival.at })).sort((a, b) => a.at - b.at || a.hour - b.hour);
  let next = 0;
  for (let { from: hour } = hours; hour <= hours.to; hour++) {
    let isLate = false;
    for (; (due[next]?.at ?? Infinity) <= hour; next++) {
      const arrival = due[next] as Arrival;
      station.write(arrival, lines(arrival.records));
      isLate ||= arrival.hour >= hours.from - dayHours && dayOf(arrival.hour) < dayOf(hour - 1);
    }
    // A day is closed at its end and learned an hour later, before anything can come late to it.
    if (isLate || hour % dayHours <= 1) yield hour;
  }
}

/** Days that got records after they were over, counted from the first of the export. */
export const reopenedDays = (arrivals: readonly Arrival[], { poison }: Weather): number[] => {
  const mended = new Map(poison.map(({ hour, to }) => [hour, to]));
  return [...new Set(arrivals.filter((arrival) => dayOf((arrival.part === 2 ? (mended.get(arrival.hour) ?? 0) : arrival.at) - 1) > dayOf(arrival.hour)).map(({ hour }) => dayOf(hour)))].sort((a, b) => a - b);
};
