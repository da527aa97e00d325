import { appendFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Session } from '@byoml/core/ad-hoc';
import { writeEnterprise } from '@byoml/core/samples';
import { State, type RunRecord } from '@byoml/core/state';
import { backfill, openWorkspace, planDetection, runDue, type Plan, type RunReport, type Scored } from '@byoml/core/workspace';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const root = join(import.meta.dirname, '..');
/** Where the export puts the records of its one workspace. */
export const blobs = join('am-securityevent', 'WorkspaceResourceId=', 'subscriptions/00000000-0000-4000-8000-000000000000/resourcegroups/generated/providers/microsoft.operationalinsights/workspaces/generated');

/** Midnight of a UTC day of the generated export, counted from its first. */
const start = Date.parse('2026-01-05T00:00:00Z');
export const dayNumber = (day: number): number => start / dayMs + day;
export const moment = (day: number, hour = 0, minute = 0): Date => new Date(start + day * dayMs + hour * hourMs + minute * 60_000);

export interface Shape {
  readonly users?: number;
  readonly days?: number;
  /** Parts of the detection file that are not as they are in `detectionText`. */
  readonly detection?: Readonly<Record<string, string>>;
}

const defaults = {
  source: '{ use: files/data-export, settings: { path: ./export, table: SecurityEvent } }',
  view: 'anomalous-resource-access/windows-file-shares',
  enrich: '[ { source: { use: files/table, settings: { path: ./people.csv } }, key: user, columns: [manager, team, department, title] } ]',
  algorithm: 'anomalous-resource-access/access-walk',
  scanners: "['svc-*']",
  train: '{ window: 21d, every: 7d }',
  score: '{ every: 1h, lag: 0m }',
  budget: '3/day',
  rules: '[anomalous-resource-access/unusual-access]',
  sinks: "[ { use: files/table, settings: { path: './results/{run}.jsonl' } } ]",
};

/** Writes a detection file; parts that are not named are as in `defaults`, empty ones are left out. */
export function writeDetection({ folder, name }: Pick<SmallWorkspace, 'folder' | 'name'>, detection: Readonly<Record<string, string>>): void {
  const parts = Object.entries({ version: '1', name, ...defaults, ...detection });
  mkdirSync(join(folder, 'detections'), { recursive: true });
  writeFileSync(join(folder, 'detections', `${name}.yaml`), parts.filter(([, value]) => value !== '').map(([key, value]) => `${key}: ${value}\n`).join(''));
}

/** A record of somebody who opened a share. */
export interface Access {
  readonly user: string;
  readonly server: string;
  readonly share: string;
  readonly at: Date;
  readonly host?: string;
  /** Which file of the hour; the first when absent. */
  readonly part?: number;
}

let serial = 0;

export const recordOf = ({ user, server, share, at, host = '10.9.9.9' }: Access): object => ({
  EventID: 5140, TimeGenerated: at.toISOString(), SubjectUserName: user, SubjectDomainName: 'CORP', Computer: server, ShareName: `\\\\*\\${share}`, IpAddress: host, Type: 'SecurityEvent', _ItemId: `late-${serial++}`,
});

interface Hour {
  /** Path below the years' folder. */
  readonly path: string;
  readonly at: number;
  readonly text: string;
}
interface Company {
  readonly hours: readonly Hour[];
  readonly people: string;
}
const companies = new Map<string, Promise<Company>>();

/** Made once per process, held in memory: files that are written again have the same content and the same time. */
async function companyOf(users: number, days: number): Promise<Company> {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-company-'));
  try {
    const made = await writeEnterprise({ out: join(folder, 'all'), seed: 7, users, days, start: '2026-01-05', attackFrom: 35, campaigns: { sweeps: 1, fanOuts: 1, insiders: 0 } }, { signal: new AbortController().signal, progress: () => {} });
    const cwd = join(made.export, blobs);
    const hours = globSync('**/*.json', { cwd }).map((path) => ({ path, at: hourOf(path), text: readFileSync(join(cwd, path), 'latin1') }));
    return { hours: hours.sort((one, other) => one.at - other.at), people: readFileSync(made.people, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hourOf(path: string): number {
  const [, year, month, day, hour] = /y=(\d+)\/m=(\d+)\/d=(\d+)\/h=(\d+)\//u.exec(path) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
}

/** A made-up company's export that grows as time goes on, and a workspace with one detection of it. Nothing in it is real. */
export class SmallWorkspace implements Disposable {
  readonly folder: string;
  readonly name = 'shares';
  readonly #company: Company;
  readonly #kept: string;

  private constructor(kept: string, company: Company) {
    this.#kept = kept;
    this.#company = company;
    this.folder = join(kept, 'soc');
  }

  static async make({ users = 60, days = 44, detection = {} }: Shape = {}): Promise<SmallWorkspace> {
    const key = `${users} ${days}`;
    const company = companies.get(key) ?? companyOf(users, days);
    companies.set(key, company);
    const made = new SmallWorkspace(mkdtempSync(join(tmpdir(), 'byoml-runs-')), await company);
    mkdirSync(join(made.folder, 'export', 'am-securityevent'), { recursive: true });
    mkdirSync(join(made.folder, 'results'));
    writeFileSync(join(made.folder, 'people.csv'), (await company).people);
    made.write(detection);
    return made;
  }

  /** Another detection file; parts that are not named are as always. */
  write(detection: Readonly<Record<string, string>> = {}): void {
    writeDetection(this, detection);
  }

  /** The export as it stands at that time: hours that were over by then. Files that are there stay as they are. */
  grow(until: Date): void {
    for (const { path, at, text } of this.#company.hours) {
      const to = join(this.export, path);
      if (at >= until.getTime() || existsSync(to)) continue;
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, text, 'latin1');
      utimesSync(to, new Date(at + hourMs), new Date(at + hourMs));
    }
  }

  /** Folder below which the years are. */
  get export(): string {
    return join(this.folder, 'export', blobs);
  }

  /** File of the export that holds the records of that hour. */
  hourFile(at: Date, part = 0): string {
    const iso = at.toISOString();
    return join(this.export, `y=${iso.slice(0, 4)}/m=${iso.slice(5, 7)}/d=${iso.slice(8, 10)}/h=${iso.slice(11, 13)}/m=00/PT1H${part > 0 ? `_${part}` : ''}.json`);
  }

  /** Adds records where the export would put them. */
  append(...accesses: readonly Access[]): void {
    for (const access of accesses) {
      const path = this.hourFile(access.at, access.part);
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, `${JSON.stringify(recordOf(access))}\n`);
    }
  }

  /** Some account of the company, without its domain, the one with that place in the directory. */
  account(place: number): string {
    const line = this.#company.people.split('\n')[place + 1] as string;
    return (line.split(',')[0] as string).replace(/^.*\\/u, '');
  }

  /** Forgets all runs; the export stays as it is. */
  forget(): void {
    for (const made of ['.byoml', 'results']) rmSync(join(this.folder, made), { recursive: true, force: true });
    mkdirSync(join(this.folder, 'results'));
  }

  /** Rows that the sinks were given, over all files. */
  delivered(): Array<Readonly<Record<string, unknown>>> {
    const files = globSync('*.jsonl', { cwd: join(this.folder, 'results') }).sort();
    return files.flatMap((file) => readFileSync(join(this.folder, 'results', file), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>));
  }

  /** The state to look at, beside whatever runs. */
  state(): State {
    return State.open(this.folder, { readOnly: true });
  }

  look<T>(at: (state: State) => T): T {
    using state = this.state();
    return at(state);
  }

  digest(): string {
    return this.look((state) => state.digest());
  }

  /** Record and revision of each row that the sinks were given. */
  keys(): string[] {
    return this.delivered().map(({ recordId, revision }) => `${String(recordId)} ${String(revision)}`).toSorted();
  }

  /** In the order they were recorded. */
  scoreRuns(): RunRecord[] {
    return this.look((state) => state.runs({ detection: this.name, kind: 'score' })).toReversed();
  }

  [Symbol.dispose](): void {
    rmSync(this.#kept, { recursive: true, force: true });
  }
}

/** What a call of the command works with. */
export interface Opened extends AsyncDisposable {
  readonly session: Session;
  readonly plan: Plan;
  readonly state: State;
}

export interface Calling {
  readonly warn?: (message: string) => void;
  /** The plan as it is used. */
  readonly planned?: (plan: Plan) => Plan;
  readonly onDay?: (scored: Scored) => void;
  readonly trains?: boolean;
  readonly signal?: AbortSignal;
  /** Time of the clock of a backfill; the end of its days when absent. */
  readonly now?: Date;
}

const openSession = ({ warn = () => {}, signal = new AbortController().signal }: Calling = {}): Promise<Session> =>
  Session.open({ roots: [join(root, 'cli'), root], folders: [], seed: 7, signal, log: { info: () => {}, warn }, step: () => {}, progress: () => {}, engine: 'duckdb/duckdb', files: 'files/table', folder: 'files/data-export' });

/** As a call of the command: everything anew, the workspace locked until disposed. */
export async function open(folder: string, name: string, calling: Calling = {}): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const session = stack.use(await openSession(calling));
  const planned = await planDetection(session, await openWorkspace(folder), name);
  const state = stack.use(State.open(folder));
  const owned = stack.move();
  return { session, plan: calling.planned?.(planned) ?? planned, state, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** `byoml run --now` as one process does it. */
export async function runAt({ folder, name }: Pick<SmallWorkspace, 'folder' | 'name'>, now: Date, calling: Calling = {}): Promise<RunReport> {
  await using opened = await open(folder, name, calling);
  return await runDue({ ...opened, clock: { now: () => now }, run: opened.session.run, trains: calling.trains ?? true, onDay: calling.onDay });
}

/** `byoml backfill`, days counted from the first of the export. */
export async function backfillDays({ folder, name }: Pick<SmallWorkspace, 'folder' | 'name'>, from: number, to: number, calling: Calling = {}): Promise<RunReport> {
  await using opened = await open(folder, name, calling);
  return await backfill({ ...opened, clock: { now: () => calling.now ?? moment(to) }, run: opened.session.run, onDay: calling.onDay }, { from: dayNumber(from), to: dayNumber(to) });
}
