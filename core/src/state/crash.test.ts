import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { State } from './index.ts';
import { audit, detectionState, drain, removeWorkspaces, stream, workspaceFolder } from './state.test.fixture.ts';
import { followingStatements } from './statements.test.fixture.ts';

afterAll(removeWorkspaces);

/** Digests of the undisturbed stream: after each run, and after each chunk that the sinks took. */
function undisturbed(): { readonly steps: ReadonlySet<string>; readonly whole: string } {
  using state = State.open(workspaceFolder());
  const steps = new Set([state.digest()]);
  for (const step of stream()) {
    state.commit(step);
    steps.add(state.digest());
    for (let rows = state.outbox('share-access', 2); rows.length > 0; rows = state.outbox('share-access', 2)) {
      state.acknowledge(rows.map(({ id }) => id));
      steps.add(state.digest());
    }
  }
  return { steps, whole: state.digest() };
}

/** The digest that a state was left with, and the one it has after all the work is done. */
function resumed(workspace: string): { readonly left: string; readonly done: string } {
  using state = State.open(workspace);
  const left = state.digest();
  drain(state);
  for (const step of stream()) {
    state.commit(step);
    drain(state);
  }
  return { left, done: state.digest() };
}

/** Works in a process until it has ended, or is killed before statement `dieAt` or `delayMs` after it opened the state; returns what it said. */
async function worked(workspace: string, { dieAt = 0, delayMs }: { readonly dieAt?: number; readonly delayMs?: number }): Promise<{ readonly said: string; readonly killed: boolean }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'state.test.child.ts'), 'work', workspace, String(dieAt)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    if (said === '' && delayMs !== undefined) setTimeout(() => child.kill('SIGKILL'), delayMs);
    said += chunk;
  });
  const [, signal] = await once(child, 'close');
  return { said, killed: signal === 'SIGKILL' };
}

/** Copies of the workspace after each statement of `work`: what a kill -9 there leaves on the disk. */
function atEveryStatement(workspace: string, work: () => void): string[] {
  const copies: string[] = [];
  followingStatements(work, () => {
    const copied = workspaceFolder();
    cpSync(join(workspace, '.byoml'), join(copied, '.byoml'), { recursive: true });
    copies.push(copied);
  });
  return copies;
}

function digestOf(workspace: string): string {
  using state = State.open(workspace);
  return state.digest();
}

const refusing = (state: State): void => state.refuse(state.outbox('share-access', 4).map(({ id }) => id), { code: '413', message: 'too large' }, '2026-01-01T00:00:00.000Z');

const works: Array<[what: string, runs: number, work: (state: State) => void, before?: (state: State) => void]> = [
  ['the first training', 0, (state) => state.commit(stream()[0] as never)],
  ['a run that raises, changes and withdraws', 2, (state) => state.commit(stream()[2] as never)],
  ['the training of a shadow', 9, (state) => state.commit(stream()[9] as never)],
  ['an acknowledgement', 3, (state) => state.acknowledge(state.outbox('share-access', 5).map(({ id }) => id))],
  ['a refusal', 3, (state) => state.refuse(state.outbox('share-access', 5).map(({ id }) => id), { code: '413', message: 'too large' }, '2026-01-01T00:00:00.000Z')],
  ['a retry of dead letters', 3, (state) => state.retryDeadLetters({}, '2026-01-01T00:00:00.000Z'), refusing],
  ['dropping dead letters', 3, (state) => state.dropDeadLetters({ ids: [2, 3] }, '2026-01-01T00:00:00.000Z'), refusing],
  ['a promotion', 10, (state) => state.changeRoles('share-access', [{ version: 2, role: 'active' }], [detectionState({ model: 2 })], audit('promote'))],
  ['pruning', 10, (state) => state.prune('share-access', [1, 2])],
];
test.each(works)('a kill at any statement of %s leaves the state before or after it', (_, runs, work, first) => {
  const workspace = workspaceFolder();
  using state = State.open(workspace);
  for (const step of stream().slice(0, runs)) state.commit(step);
  first?.(state);
  const before = state.digest();
  const copies = atEveryStatement(workspace, () => work(state));
  const digests = copies.map(digestOf);
  expect(copies.length).toBeGreaterThan(3);
  expect(new Set(digests)).toEqual(new Set([before, state.digest()]));
  expect(digests.lastIndexOf(before)).toBe(copies.length - 2);
});

test('a kill at any statement while a state is made leaves one that opens', () => {
  const workspace = workspaceFolder();
  const copies = atEveryStatement(workspace, () => State.open(workspace)[Symbol.dispose]());
  expect(copies.length).toBeGreaterThan(5);
  expect(new Set(copies.map(digestOf))).toEqual(new Set([digestOf(workspaceFolder())]));
});

test.skipIf(process.platform === 'win32')('a kill -9 at a statement or at any moment leaves a whole prefix of the work, and going on ends as if nothing had happened', async () => {
  const { steps, whole } = undisturbed();
  const clean = await worked(workspaceFolder(), {});
  const statements = Number(clean.said.split('\n')[1]);
  expect(statements).toBeGreaterThan(500);
  const kills = [...[0.02, 0.31, 0.55, 0.78, 0.999].map((share) => ({ dieAt: Math.ceil(statements * share) })), ...Array.from({ length: 6 }, () => ({ delayMs: Math.random() * 60 }))];
  const outcomes = await Promise.all([kills.filter((_, i) => i % 2 === 0), kills.filter((_, i) => i % 2 === 1)].map(async (half) => {
    const found: Array<{ kill: (typeof kills)[number]; killed: boolean; left: string; done: string }> = [];
    for (const kill of half) {
      const workspace = workspaceFolder();
      const { killed } = await worked(workspace, kill);
      found.push({ kill, killed, ...resumed(workspace) });
    }
    return found;
  }));
  const found = outcomes.flat();
  expect(found.filter(({ left }) => !steps.has(left))).toEqual([]);
  expect(found.filter(({ done }) => done !== whole)).toEqual([]);
  expect(found.filter(({ killed }) => killed).length).toBeGreaterThanOrEqual(5);
  expect(new Set(found.map(({ left }) => left)).size).toBeGreaterThan(3);
});
