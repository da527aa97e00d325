import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { randomFrom } from '@byoml/core/random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Moment, Step, Work } from './kill-runs.child.ts';
import { dayNumber, moment, recordOf, SmallWorkspace } from './small-workspace.ts';
import { inCi } from './tier.ts';

/** Kills at random moments: ten in CI, fifty in `npm run proof`. */
const kills = Number(process.env['BYOML_KILLS'] ?? 10);
const seed = Number(process.env['BYOML_PROPERTY_SEED'] ?? Date.now() % 1e6);

let soc: SmallWorkspace;
let steps: readonly Step[] = [];
let whole: Left;

/** What runs leave behind. */
interface Left {
  readonly digest: string;
  readonly rows: { readonly runs: number; readonly alerts: number; readonly incidents: number; readonly evidence: number; readonly models: number };
  readonly delivered: readonly string[];
  readonly folders: readonly string[];
}

const left = async (): Promise<Left> => {
  const folders = (await readdir(join(soc.folder, '.byoml', 'models', soc.name))).toSorted();
  const delivered = soc.delivered().map((row) => JSON.stringify(row)).toSorted();
  return soc.look((state) => {
    const incidents = state.incidents();
    const rows = { runs: state.runs().length, alerts: state.alerts().length, incidents: incidents.length, evidence: incidents.flatMap(({ id }) => state.evidence(id)).length, models: state.models(soc.name).length };
    return { digest: state.digest(), rows, delivered, folders };
  });
};

/** A week: called once or twice a day, a training in it, late data and data that is taken back, a shadow from the third day on. */
function week(): Step[] {
  const late = soc.hourFile(moment(29, 10), 1);
  const text = ['a', 'b', 'c'].map((share) => `${JSON.stringify(recordOf({ user: soc.account(2), server: 'FS99', share, at: moment(29, 10, 30), host: '10.8.8.8' }))}\n`).join('');
  const runs = Array.from({ length: 7 }, (_, day): Step[] => (day % 2 === 0 ? [9, 24] : [24]).map((hour) => ({ kind: 'run', at: moment(28 + day, hour, 5).getTime() })));
  return [
    ...runs.slice(0, 3).flat(),
    { kind: 'shadow', at: moment(31, 1).getTime() },
    { kind: 'write', path: late, text, time: moment(31, 2).getTime() },
    ...runs.slice(3, 5).flat(),
    { kind: 'write', path: late, text: text.split('\n').slice(0, 1).join('\n'), time: moment(33, 2).getTime() },
    ...runs.slice(5).flat(),
    { kind: 'run', at: moment(35, 9).getTime() },
  ];
}

const wanted = inCi && process.platform !== 'win32';

beforeAll(async () => {
  if (!wanted) return;
  soc = await SmallWorkspace.make({ detection: { budget: '8/day' } });
  soc.grow(moment(36));
  steps = week();
  await child({ steps });
  whole = await left();
}, 120_000);
afterAll(() => wanted && soc[Symbol.dispose]());

function again(): void {
  soc.forget();
  rmSync(soc.hourFile(moment(29, 10), 1), { force: true });
}

/** Steps that a child got through; killed after `afterMs` of its work when that is given. */
async function child(work: Omit<Work, 'folder' | 'name'>, afterMs?: number): Promise<number> {
  const running = spawn(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'kill-runs.child.ts'), 'work', JSON.stringify({ ...work, folder: soc.folder, name: soc.name })], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(running, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let out = '';
  let timer: NodeJS.Timeout | undefined;
  running.stdout.on('data', (chunk: Buffer) => {
    if (afterMs !== undefined) timer ??= setTimeout(() => running.kill('SIGKILL'), afterMs);
    out += chunk.toString();
  });
  const [status, signal] = await exited;
  clearTimeout(timer);
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(`the child ended with ${status}`);
  return (out.match(/\./gu) ?? []).length;
}

/** Goes through the steps, each process from where the last one was killed; answers how many were. */
async function through(next: (at: number) => Pick<Work, 'kill'> & { readonly afterMs?: number } | null): Promise<number> {
  let at = 0;
  for (let killed = 0; ; killed++) {
    const { kill, afterMs } = next(killed) ?? {};
    at += await child({ steps: steps.slice(at), ...(kill && { kill }) }, afterMs);
    if (at === steps.length) return killed;
  }
}

test.skipIf(!wanted)('a week that is killed between any two writes leaves what an undisturbed week leaves (CI tier)', { timeout: 240_000 }, async () => {
  again();
  const moments: readonly Moment[] = ['record:models', 'recorded', 'deliver', 'delivered', 'acknowledged'];
  const plans = [...moments, ...(kills > 10 ? moments.toReversed() : [])].map((at) => ({ moment: at, count: 1 }));
  expect(await through((at) => (plans[at] ? { kill: plans[at] } : null))).toBe(plans.length);
  expect(await left()).toEqual(whole);
});

test.skipIf(!wanted)(`a week that is killed at random moments leaves what an undisturbed week leaves (CI tier; ${kills} kills, seed ${seed})`, { timeout: 60_000 + kills * 15_000 }, async () => {
  const random = randomFrom(seed);
  for (let made = 0; made < kills; ) {
    again();
    made += await through((at) => (made + at < kills ? { afterMs: Math.floor(random.next() * 800) } : null));
    expect(await left(), `after ${made} kills, seed ${seed}`).toEqual(whole);
  }
});

test.skipIf(!wanted)('what an undisturbed week leaves is what it should: late data in its day alone, nothing sent twice, nothing from the shadow (CI tier)', () => {
  expect(whole.rows.alerts).toBeGreaterThan(10);
  expect(whole.rows.models).toBeGreaterThan(8);
  const changes = soc.look((state) => state.runs({ detection: soc.name, kind: 'score' }).filter(({ changes: said }) => said.length > 0).map(({ day, changes: said }) => [day, said.length > 1]));
  expect(changes).toEqual([[dayNumber(29), true], [dayNumber(29), true]]);
  const keys = soc.delivered().map(({ recordId, revision }) => `${String(recordId)} ${String(revision)}`);
  expect(new Set(keys).size).toBe(keys.length);
  const produced = soc.look((state) => new Set(state.alerts({ role: 'production' }).map(({ recordId }) => recordId)));
  expect(soc.delivered().every(({ recordId }) => produced.has(String(recordId)))).toBe(true);
  expect(soc.look((state) => state.runs({ role: 'shadow' }).length)).toBeGreaterThan(5);
});
