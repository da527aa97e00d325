import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { State } from '@byoml/core/state';
import type { Plan } from '@byoml/core/workspace';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backfillDays, moment, SmallWorkspace } from './small-workspace.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
let soc: SmallWorkspace;
let refused = 0;

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [byoml, 'deadletter', ...args], { encoding: 'utf8', cwd: soc.folder, env: { ...process.env, NO_COLOR: '1' } });
const json = (...args: string[]): any => JSON.parse(run(...args, '--json').stdout);
const idsOf = ({ deadLetters }: { readonly deadLetters: ReadonlyArray<{ readonly id: number }> }): number[] => deadLetters.map(({ id }) => id);
const ids = (): number[] => soc.look((state) => idsOf({ deadLetters: state.deadLetters() }));

/** A destination that will take nothing, and says so with an escape sequence in it. */
const refusing = (plan: Plan): Plan => ({
  ...plan,
  sinks: plan.sinks.map((planned) => ({
    ...planned,
    create: () => ({
      async write(data, _run, receipt) {
        let rows = 0;
        for await (const { length } of data) rows += length;
        receipt?.refused(Array.from({ length: rows }, (_, row) => row), { code: '413', message: 'a row is too large\u001b[2J' });
        return { rows };
      },
    }),
  })),
});

beforeAll(async () => {
  soc = await SmallWorkspace.make();
  soc.grow(moment(40));
  ({ refused } = await backfillDays(soc, 34, 38, { planned: refusing }));
}, 120_000);
afterAll(() => soc[Symbol.dispose]());

test('what was refused is listed with why, in pages, and safely on a terminal', () => {
  expect(refused).toBeGreaterThan(4);
  expect(soc.delivered()).toEqual([]);
  const { deadLetters } = json('list');
  expect(deadLetters).toHaveLength(refused);
  expect(deadLetters[0]).toMatchObject({ detection: 'shares', sink: 0, address: expect.stringMatching(/files\/table$/), run: expect.any(Number), recordId: expect.stringMatching(/^[0-9a-f]+$/), revision: 1, code: '413', attempts: 1, payload: { user: expect.any(String) } });
  expect(idsOf(json('list', '--detection', 'shares', '--limit', '2', '--after', String(ids()[0])))).toEqual(ids().slice(1, 3));
  const { stdout, status } = run('list');
  expect(status).toBe(0);
  expect(stdout.split('\n').filter(Boolean)).toHaveLength(refused);
  expect(stdout).toContain('413  a row is too large\uFFFD[2J');
});

test('nothing is dropped without a yes, and which ones is to be said once', () => {
  const before = ids();
  const usage = (message: RegExp, ...args: string[]): void => {
    const { status, stdout } = run(...args, '--json');
    expect([status, JSON.parse(stdout).error]).toEqual([2, expect.objectContaining({ code: 'USAGE_INVALID', message: expect.stringMatching(message) })]);
  };
  usage(/--yes/, 'drop', '--all');
  usage(/--all/, 'drop', '--yes');
  usage(/--all/, 'retry', '--all', String(before[0]));
  usage(/--all/, 'retry', '--detection', 'shares');
  const { status, stdout } = run('drop', '--yes', '99999', '--json');
  expect([status, JSON.parse(stdout).error.code]).toEqual([2, 'RECORD_UNKNOWN']);
  expect(ids()).toEqual(before);
});

test('a workspace in which another process works is left alone, but can be looked at', () => {
  using _writer = State.open(soc.folder);
  for (const args of [['retry', '--all'], ['drop', '--all', '--yes']]) expect(run(...args)).toMatchObject({ status: 7, stderr: expect.stringContaining('another byoml process') });
  expect(json('list').deadLetters).toHaveLength(refused);
});

test('dropped ones are gone, retried ones reach the sink with the next run, and those that it refuses again are there once', async () => {
  const [first = 0, second = 0] = ids();
  expect(json('drop', String(first), String(second), '--yes')).toEqual({ dropped: 2, bySink: [{ detection: 'shares', address: expect.stringMatching(/files\/table$/), letters: 2 }] });
  expect(run('retry', '--detection', 'shares', '--all').stdout).toMatch(new RegExp(`^${refused - 2} dead letters will be sent again by the next .byoml run`, 'u'));
  expect(ids()).toEqual([]);
  expect(run('list', '--detection', 'other').stdout).toMatch(/^no dead letters/u);
  const again = await backfillDays(soc, 38, 39, { planned: refusing });
  expect(soc.look((state) => state.deadLetters()).filter(({ attempts }) => attempts === 2)).toHaveLength(refused - 2);
  expect(ids()).toHaveLength(again.refused);
  json('retry', '--all');
  const { delivered } = await backfillDays(soc, 39, 40);
  expect(soc.keys().length).toBe(delivered);
  expect(delivered).toBeGreaterThanOrEqual(again.refused);
  expect(ids()).toEqual([]);
  expect(soc.look((state) => state.audits(soc.name).map(({ action }) => action)).filter((action) => action.startsWith('dead'))).toEqual(['dead-letter-drop', 'dead-letter-retry', 'dead-letter-retry']);
  expect(run('retry', '--all')).toMatchObject({ status: 0, stdout: 'there are no dead letters\n' });
});
