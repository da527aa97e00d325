import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomFrom } from '../random/index.ts';
import { State } from '../state/index.ts';
import { removeWorkspaces, workspaceFolder } from '../state/state.test.fixture.ts';
import { inCi } from '../tier.test.fixture.ts';
import { detection } from './deliver.test.fixture.ts';

/** Half of them at random moments, half between two writes: few in `npm test`, fifty in CI, as many as BYOML_KILLS says in `npm run proof`. */
const kills = Math.ceil(Number(process.env['BYOML_KILLS'] ?? (inCi ? 50 : 4)) / 2);
const seed = Number(process.env['BYOML_PROPERTY_SEED'] ?? Date.now() % 1e6);
const runs = process.platform !== 'win32';

afterAll(removeWorkspaces);

interface Ended {
  readonly killed: boolean;
  /** Of the whole delivery; 0 of one that was killed. */
  readonly boundaries: number;
  /** From the moment the delivery began, milliseconds. */
  readonly tookMs: number;
}

/** Delivers in a process of its own, killed before that boundary or so long after it began. */
async function delivered(folder: string, { draw, dieAt = 0, afterMs }: { readonly draw: number; readonly dieAt?: number; readonly afterMs?: number | undefined }): Promise<Ended> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'deliver-kills.test.child.ts'), folder, String(draw), String(dieAt)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  let began = 0;
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    if (said === '') {
      began = performance.now();
      if (afterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    }
    said += chunk.toString();
  });
  const [status, signal] = await once(child, 'close') as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(`the child ended with ${status}`);
  return { killed: signal === 'SIGKILL', boundaries: Number(said.split('\n')[1] ?? 0), tookMs: performance.now() - began };
}

interface Left {
  readonly digest: string;
  readonly waiting: number;
  readonly dead: readonly string[];
  /** Distinct rows that reached their destination. */
  readonly reached: readonly string[];
}

function left(folder: string): Left {
  using state = State.open(folder);
  const dead = state.deadLetters().map(({ sink, recordId, revision }) => `${sink} ${recordId} ${revision}`);
  const lines = readFileSync(join(folder, 'reached.txt'), 'utf8').split('\n').filter(Boolean);
  return { digest: state.digest(), waiting: state.outbox(detection, 9).length, dead: dead.toSorted(), reached: [...new Set(lines)].toSorted() };
}

let clean: Left;
let cleanEnd: Ended;
beforeAll(async () => {
  if (!runs) return;
  const folder = workspaceFolder();
  cleanEnd = await delivered(folder, { draw: 1 });
  clean = left(folder);
});

test.skipIf(!runs)('what an undisturbed delivery leaves: each row at its destination or among the dead letters, and nothing that waits', () => {
  expect(clean.waiting).toBe(0);
  expect(clean.reached.length + clean.dead.length).toBe(2 * (24 + 12 + 12));
  expect(clean.dead.length).toBeGreaterThan(3);
  expect(new Set([...clean.reached, ...clean.dead]).size).toBe(clean.reached.length + clean.dead.length);
  expect(cleanEnd.boundaries).toBeGreaterThan(50);
});

/** Kills that many, several in one delivery: each process goes on where the last was killed. */
async function survives(count: number, kill: () => { readonly dieAt: number } | { readonly afterMs: number }): Promise<void> {
  for (let made = 0, draw = seed; made < count; ) {
    const folder = workspaceFolder();
    while ((await delivered(folder, { draw: draw++, ...(made < count && kill()) })).killed) made += 1;
    expect(left(folder), `after ${made} kills, seed ${seed}`).toEqual(clean);
  }
}

test.skipIf(!runs)(`a delivery that is killed between two writes loses nothing and ends in the same state (${kills} kills, seed ${seed})`, { timeout: 60_000 + kills * 3000 }, async () => {
  const random = randomFrom(seed);
  await survives(kills, () => ({ dieAt: 1 + random.below(Math.ceil(cleanEnd.boundaries * 0.5)) }));
});

test.skipIf(!runs)(`a delivery that is killed at any moment loses nothing and ends in the same state (${kills} kills, seed ${seed})`, { timeout: 60_000 + kills * 3000 }, async () => {
  const random = randomFrom(seed + 1);
  await survives(kills, () => ({ afterMs: Math.floor(random.next() * cleanEnd.tookMs * 0.5) }));
});
