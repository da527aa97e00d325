import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { randomFrom, type Random } from '@byoml/core/random';
import { sentinelColumns } from '@byoml/core/results';
import { distinctRows, startLogsIngestionProcess, storedRows, type IngestionFault, type IngestionProcess, type IngestionProcessOptions, type StoredRow } from '@byoml/fixtures/logs-ingestion';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Boundary, DieAt } from './sink-kills.preload.ts';
import { moment, recordOf, SmallWorkspace } from './small-workspace.ts';
import { inCi } from './tier.ts';

/** Kills at random moments: ten in CI, as many as BYOML_KILLS says in `npm run proof`. */
const kills = Number(process.env['BYOML_KILLS'] ?? 10);
const seed = Number(process.env['BYOML_PROPERTY_SEED'] ?? Date.now() % 1e6);
const wanted = process.platform !== 'win32';

const [ruleId, stream] = ['dcr-0123456789abcdef', 'Custom-ByomlAnomalousAccess_CL'];
const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const preload = join(import.meta.dirname, 'sink-kills.preload.ts');

/** What the service does to a third of the requests. `answer lost` and `half answer`: it has the rows, and is given them again. */
const weather: readonly IngestionFault[] = [
  'reset', 'half answer', 'answer lost', 'answer lost', { slowMs: 400 }, { status: 500 }, { status: 503, headers: { 'retry-after': '0' } }, { status: 429, headers: { 'retry-after-ms': '60' } },
];
/** A few rows of the second day and of the late data. */
const refuses = { column: 'UserName', value: 'CORP\\frida.moretti' };

/** One call of the command; `late` is in the export only from then on. */
interface Step {
  readonly args: readonly string[];
  readonly late?: string;
}

let soc: SmallWorkspace;
let steps: readonly Step[] = [];
let whole: Left;
/** Of the undisturbed calls: the boundaries of each step in their order, and what the step took, milliseconds. */
let course: ReadonlyArray<Pick<Ended, 'boundaries' | 'tookMs'>> = [];

const stored = (): string => join(soc.folder, 'stored.jsonl');
const lateFile = (): string => soc.hourFile(moment(10, 10), 1);

/** Three days at once, 35 to 60 results each; then the morning of the fourth, with late data of the second: 24 results, of which some are revisions. */
function twoSteps(): Step[] {
  const day = (at: number): string => moment(at).toISOString().slice(0, 10);
  const odd = (user: number, share: string): string => `${JSON.stringify(recordOf({ user: soc.account(user), server: 'FS99', share, at: moment(10, 10, 30), host: '10.8.8.8' }))}\n`;
  const late = Array.from({ length: 24 }, (_, i) => odd(i % 8, `share${i % 12}`)).join('');
  return [
    { args: ['backfill', soc.name, '--from', day(9), '--to', day(12)] },
    { args: ['run', soc.name, '--now', moment(12, 9, 5).toISOString()], late },
  ];
}

beforeAll(async () => {
  if (!wanted) return;
  // The digest has the text of the settings: what stands for the address is the same for both services.
  const settings = `{ endpoint: '\${secret:SERVICE}', ruleId: ${ruleId}, stream: ${stream}, credential: managed, patienceSeconds: 1 }`;
  soc = await SmallWorkspace.make({ detection: { budget: '60/day', train: '{ window: 7d, every: 7d }', sinks: `[ { use: azure-monitor/logs-ingestion, settings: ${settings} }, { use: files/table, settings: { path: ./results/all.jsonl, mode: append } } ]` } });
  soc.grow(moment(12, 9));
  for (const share of ['share0', 'share1', 'share2']) soc.append({ user: soc.account(share === 'share2' ? 2 : 0), server: 'FS99', share, at: moment(10, 11), host: '10.8.8.8' });
  steps = twoSteps();
  begin();
  await using calm = await service();
  const ended: Ended[] = [];
  for (const step of steps) ended.push(await call(calm, step));
  course = ended;
  whole = await left();
}, 120_000);
afterAll(() => wanted && soc[Symbol.dispose]());

/** A service that has no certificate of a known authority: calls are told of it. */
async function service(errs: Pick<IngestionProcessOptions, 'faults' | 'chance'> = {}): Promise<IngestionProcess> {
  const double = await startLogsIngestionProcess({ rules: { [ruleId]: { [stream]: sentinelColumns } }, file: stored(), refuses, ...errs });
  writeFileSync(join(soc.folder, 'ca.pem'), double.certificate.certificate);
  return double;
}
const errsBySeed = { chance: { seed, rate: 0.35, kinds: weather } };

/** A workspace and a table in which nothing has happened yet. */
function begin(): void {
  soc.forget();
  for (const path of [lateFile(), stored()]) rmSync(path, { force: true });
}

/** When to kill a call from outside: so long after its start, or after it first comes to a boundary. */
interface KillAfter {
  readonly ms: number;
  readonly since: 'start' | Boundary;
}
type Kill = DieAt | KillAfter;

interface Ended {
  readonly killed: boolean;
  readonly status: number | null;
  readonly boundaries: readonly Boundary[];
  readonly tookMs: number;
  readonly stderr: string;
}

/** Calls the real command. */
async function call(double: IngestionProcess, { args, late }: Step, kill?: Kill): Promise<Ended> {
  if (late !== undefined) {
    writeFileSync(lateFile(), late);
    utimesSync(lateFile(), moment(12, 8), moment(12, 8));
  }
  const dieAt = kill && 'count' in kill && { DIE_AT: JSON.stringify(kill) };
  const env = { PATH: process.env['PATH'], HOME: soc.folder, NODE_EXTRA_CA_CERTS: join(soc.folder, 'ca.pem'), BYOML_SECRET_SERVICE: double.url, ...double.identity, ...dieAt };
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', preload, byoml, ...args, '--json'], { cwd: soc.folder, env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let timer: NodeJS.Timeout | undefined;
  const arm = (moment: KillAfter['since']): void => {
    if (kill && 'since' in kill && kill.since === moment) timer ??= setTimeout(() => child.kill('SIGKILL'), kill.ms);
  };
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const boundaries: Boundary[] = [];
  createInterface(child.stdio[3] as Readable).on('line', (line) => {
    arm(line as Boundary);
    boundaries.push(line as Boundary);
  });
  arm('start');
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { killed: signal === 'SIGKILL', status, boundaries, tookMs: performance.now() - began, stderr };
}

/** SERVICE_UNAVAILABLE and SERVICE_THROTTLED: the service erred for longer than the sink is patient. */
const serviceFailed = 6;

/** Goes through the steps, each call from where the last one was killed or gave up; answers how many were and did. */
async function through(double: IngestionProcess, next: (killed: number, step: number) => Kill | undefined): Promise<{ readonly killed: number; readonly gaveUp: number }> {
  begin();
  let [killed, gaveUp] = [0, 0];
  for (const [at, step] of steps.entries()) {
    for (;;) {
      const ended = await call(double, step, next(killed, at));
      if (ended.status === 0) break;
      if (ended.killed) killed++;
      else if (ended.status !== serviceFailed || ++gaveUp > 50) throw new Error(`byoml ${step.args.join(' ')} ended with ${ended.status}: ${ended.stderr}`);
    }
  }
  return { killed, gaveUp };
}

/** What calls leave behind. */
interface Left {
  readonly digest: string;
  readonly waiting: number;
  readonly deadLetters: readonly string[];
  /** Of the files sink. */
  readonly files: readonly string[];
  readonly appended: string;
  /** Each row that is in the table once or more. */
  readonly arrived: readonly string[];
  /** What a query sees: the highest revision of each record. */
  readonly seen: readonly string[];
}

const sorted = (rows: readonly object[]): string[] => [...new Set(rows.map((row) => JSON.stringify(row)))].toSorted();

async function left(): Promise<Left> {
  // The time of sending is the only thing that sending again changes.
  const rows = (await storedRows(stored())).map(({ TimeGenerated: _sent, ...row }): StoredRow => row);
  const results = join(soc.folder, 'results');
  return soc.look((state) => ({
    digest: state.digest(),
    waiting: state.outbox(soc.name, 9).length,
    deadLetters: sorted(state.deadLetters().map(({ sink, recordId, revision, code, message, attempts }) => ({ sink, recordId, revision, code, message, attempts }))),
    files: readdirSync(results).toSorted(),
    appended: readFileSync(join(results, 'all.jsonl'), 'utf8'),
    arrived: sorted(rows),
    seen: sorted(distinctRows(rows)),
  }));
}

const keyOf = (row: StoredRow): string => `${String(row['RecordId'] ?? row['recordId'])} ${String(row['Revision'] ?? row['revision'])}`;
const keysOf = (lines: readonly string[]): string[] => lines.map((line) => keyOf(JSON.parse(line) as StoredRow)).toSorted();

test.skipIf(!wanted)('what undisturbed calls leave: each result at the service once or among the dead letters, and nothing that waits', async () => {
  expect(whole.waiting).toBe(0);
  expect(whole.deadLetters.length).toBeGreaterThan(2);
  const table = await storedRows(stored());
  expect(table).toHaveLength(whole.arrived.length);
  expect([...keysOf(whole.arrived), ...keysOf(whole.deadLetters)].toSorted()).toEqual(keysOf(whole.appended.split('\n').filter(Boolean)));
  expect(whole.arrived.length - whole.seen.length).toBeGreaterThan(0);
  const perRun = Object.values(Object.groupBy(table, ({ RunNumber }) => String(RunNumber))).map((rows) => rows?.length ?? 0);
  expect(perRun.filter((rows) => rows >= 20).length).toBeGreaterThanOrEqual(3);
});

/** While a request is under way, whose rows are stored when nobody waits for the answer any more; when the rows are there, and the call does not know it yet; before what was refused is set aside; within a file. */
const few: readonly Kill[] = [{ ms: 400, since: 'before request' }, { boundary: 'after answer', count: 1 }, { boundary: 'before refuse', count: 1 }, { boundary: 'before append', count: 1 }];

test.skipIf(!wanted)(`killed where it hurts most, while the service errs, delays and takes twice: the same is left (seed ${seed})`, { timeout: 60_000 }, async () => {
  // Down for as long as a call is patient, at its beginning and at its end.
  const down = Object.fromEntries([3, 4, 5, 6, 7, 8].map((number) => [number, { status: 500 }]));
  await using double = await service({ ...errsBySeed, faults: { 1: { slowMs: 1500 }, 2: 'none', ...down } });
  const { killed, gaveUp } = await through(double, (made) => few[made]);
  expect(killed).toBe(few.length);
  expect(gaveUp).toBeGreaterThan(0);
  expect(await left(), `seed ${seed}`).toEqual(whole);
});

test.skipIf(!wanted || !inCi)(`killed at every kind of boundary, the first and a later time, the same is left (CI tier; seed ${seed})`, { timeout: 240_000 }, async () => {
  const kinds = [...new Set(course.flatMap(({ boundaries }) => boundaries))];
  expect(kinds.toSorted()).toEqual(['after acknowledge', 'after answer', 'after append', 'after record', 'after refuse', 'after rename', 'before acknowledge', 'before append', 'before record', 'before refuse', 'before rename', 'before request']);
  await using double = await service(errsBySeed);
  for (const count of [1, 2]) {
    let plans = kinds.map((boundary): DieAt => ({ boundary, count }));
    while (plans.length > 0) {
      const { killed } = await through(double, (made) => plans[made]);
      expect(await left(), `seed ${seed}`).toEqual(whole);
      expect(killed, `no call comes to ${JSON.stringify(plans[0])}`).toBeGreaterThan(0);
      plans = plans.slice(killed);
    }
  }
});

/** A third each: at any boundary, at any time, at any time after something was sent. */
function drawn(random: Random, step: number): Kill {
  const { boundaries = [], tookMs = 0 } = course[step] ?? {};
  const kind = random.below(3);
  if (kind === 0) return { count: 1 + random.below(Math.ceil(boundaries.length * 0.7)) };
  return kind === 1 ? { ms: random.next() * tookMs, since: 'start' } : { ms: random.next() * 800, since: 'before request' };
}

test.skipIf(!wanted || !inCi)(`killed at random moments, the same is left (CI tier; ${kills} kills, seed ${seed})`, { timeout: 120_000 + kills * 15_000 }, async () => {
  const random = randomFrom(seed);
  await using double = await service(errsBySeed);
  for (let made = 0; made < kills; ) {
    // At most five in the first step and eight in all: what is left is looked at often.
    const most = (step: number): number => Math.min(step === 0 ? 5 : 8, kills - made);
    const { killed } = await through(double, (killed, step) => (killed < most(step) ? drawn(random, step) : undefined));
    made += killed;
    expect(await left(), `after ${made} kills, seed ${seed}`).toEqual(whole);
  }
});
