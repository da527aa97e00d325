import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Batches } from '../contracts/columns.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import type { Receipt, Sink } from '../contracts/sink.ts';
import { State } from '../state/index.ts';
import { alert, outcome, removeWorkspaces, workspaceFolder } from '../state/state.test.fixture.ts';
import { inCi } from '../tier.test.fixture.ts';
import { addressOf, delivering, detection, keysOf } from './deliver.test.fixture.ts';
import { deliver } from './deliver.ts';

afterAll(removeWorkspaces);

const names = ['ann', 'bob', 'cat', 'dan', 'eve'];
const sinksOf = (count: number) => Array.from({ length: count }, (_, sink) => ({ sink, address: addressOf(sink) }));
const keyOf = (name: string, revision = 1): string => `${alert(name).recordId} ${revision}`;
const down = () => new ByomlError('SERVICE_UNAVAILABLE', 'the destination is down');
const large = { code: '413', message: 'the row is too large' };

/** A state in which one run's five rows wait for each of so many sinks. */
function waiting(sinks = 1): State {
  const state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: names.map((name) => alert(name)), sinks: sinksOf(sinks) }));
  return state;
}
const left = (state: State, sink?: number): string[] => state.outbox(detection, 100, sink).map(({ recordId, revision }) => `${recordId} ${revision}`);

/** A sink that keeps what it is given, call by call, and does `then` with it. */
function keeping(then: (receipt: Receipt, keys: readonly string[], run: Run) => void | Promise<void> = () => {}): Sink & { readonly calls: string[][]; readonly ids: string[] } {
  const calls: string[][] = [];
  const ids: string[] = [];
  return {
    calls,
    ids,
    async write(data: Batches, run, receipt) {
      const keys = await keysOf(data);
      calls.push(keys);
      ids.push(run.id);
      await then(receipt as Receipt, keys, run);
      return { rows: keys.length };
    },
  };
}

describe('the receipt', () => {
  test('rows that a sink names as accepted are gone from what waits before it goes on', async () => {
    using state = waiting();
    const seen: string[][] = [];
    const sink = keeping((receipt) => {
      receipt.accepted([1, 0]);
      seen.push(left(state));
      receipt.accepted([4]);
      seen.push(left(state));
    });
    expect(await deliver(delivering({ state, sinks: [sink] }))).toEqual({ delivered: 5, refused: 0, failures: [] });
    expect(seen).toEqual([['cat', 'dan', 'eve'].map((name) => keyOf(name)), ['cat', 'dan'].map((name) => keyOf(name))]);
    expect(left(state)).toEqual([]);
  });

  test('when the call throws, what was named stays named, and the rest is given again under another id', async () => {
    using state = waiting();
    const sink = keeping((receipt, keys) => {
      if (keys.length < 5) return;
      receipt.accepted([3, 1]);
      receipt.refused([2], large);
      throw down();
    });
    expect(await deliver(delivering({ state, sinks: [sink] }))).toMatchObject({ delivered: 2, refused: 1, failures: [{ code: 'SERVICE_UNAVAILABLE' }] });
    expect(await deliver(delivering({ state, sinks: [sink] }))).toEqual({ delivered: 2, refused: 0, failures: [] });
    expect(sink.calls[1]).toEqual([keyOf('ann'), keyOf('eve')]);
    expect(new Set(sink.ids).size).toBe(2);
    expect(state.deadLetters()).toMatchObject([{ recordId: alert('cat').recordId, ...large, at: '2026-01-01T00:00:00.000Z', attempts: 1, sink: 0, address: addressOf(0), run: 1 }]);
  });

  test('a sink that names nothing is given the same rows again under the same id', async () => {
    using state = waiting();
    let broken = true;
    const sink = keeping(() => {
      if (broken) throw down();
    });
    await deliver(delivering({ state, sinks: [sink] }));
    broken = false;
    await deliver(delivering({ state, sinks: [sink] }));
    expect(sink.calls[1]).toEqual(sink.calls[0]);
    expect(sink.ids[1]).toBe(sink.ids[0]);
    expect(left(state)).toEqual([]);
  });

  const faults: Array<[what: string, act: (receipt: Receipt) => void, message: RegExp, stays: number, dead: number]> = [
    ['a row named in two calls', (receipt) => { receipt.accepted([1]); receipt.accepted([2, 1]); }, /siem\/sink-0: its receipt names row 1 twice/, 4, 0],
    ['a row named twice in one call', (receipt) => receipt.accepted([0, 0]), /names row 0 twice/, 5, 0],
    ['a row accepted and refused', (receipt) => { receipt.refused([1], large); receipt.accepted([1]); }, /names row 1 twice/, 4, 1],
    ['a row refused and accepted', (receipt) => { receipt.accepted([1]); receipt.refused([1], large); }, /names row 1 twice/, 4, 0],
    ['a row beyond the last', (receipt) => receipt.accepted([5]), /names row 5, but it was given 5 rows, counted from 0/, 5, 0],
    ['a negative row', (receipt) => receipt.refused([-1], large), /names row -1/, 5, 0],
    ['half a row', (receipt) => receipt.accepted([0.5]), /names row 0.5/, 5, 0],
    ['no list', (receipt) => receipt.accepted(3 as never), /no list of rows/, 5, 0],
    ['no reason', (receipt) => receipt.refused([0], undefined as never), /refuses rows without a code and a message/, 5, 0],
    ['a reason without a code', (receipt) => receipt.refused([0], { message: 'no' } as never), /without a code/, 5, 0],
  ];
  const fates: Array<[what: string, act: (act: () => void) => void]> = [
    ['passes on', (act) => act()],
    ['swallows', (act) => { try { act(); } catch { /* As a careless plugin does. */ } }],
    ['hides behind an error of its own', (act) => { try { act(); } catch { throw new Error('hidden'); } }],
  ];
  describe.each(fates)('a fault that the sink %s', (_fate, wrapped) => {
    test.each(faults)('%s is told with the sink, and nothing is lost', async (_, act, message, stays, dead) => {
      using state = waiting();
      const sink = keeping((receipt) => wrapped(() => act(receipt)));
      const { failures } = await deliver(delivering({ state, sinks: [sink] }));
      expect(failures).toEqual([expect.objectContaining({ code: expect.stringMatching(/^(ROWS_MISALIGNED|COMPONENT_FAILED)$/), exit: 4, message: expect.stringMatching(message) })]);
      expect([left(state).length, state.deadLetters().length]).toEqual([stays, dead]);
      expect(await deliver(delivering({ state, sinks: [keeping()] }))).toMatchObject({ delivered: stays, failures: [] });
    });
  });

  test('what a sink says after its call has ended is not heard: those rows are given again', async () => {
    using state = waiting();
    let late: Receipt | undefined;
    const first = keeping((receipt) => {
      late = receipt;
      throw down();
    });
    await deliver(delivering({ state, sinks: [first] }));
    late?.accepted([0]);
    late?.refused([1], large);
    expect([left(state).length, state.deadLetters()]).toEqual([5, []]);
  });

  test('a page of text in place of a sentence is cut', async () => {
    using state = waiting();
    await deliver(delivering({ state, sinks: [keeping((receipt) => receipt.refused([0], { code: '400', message: '<html>'.repeat(1000) }))] }));
    expect(state.deadLetters()[0]?.message).toHaveLength(500);
  });
});

describe('several sinks', () => {
  test('one that is down keeps no other from being served, and its rows wait', async () => {
    using state = waiting(3);
    const [one, dead, three] = [keeping(), keeping(() => { throw down(); }), keeping()];
    expect(await deliver(delivering({ state, sinks: [one, dead, three] }))).toMatchObject({ delivered: 10, failures: [{ code: 'SERVICE_UNAVAILABLE' }] });
    expect([one.calls.length, three.calls.length, left(state, 0), left(state, 1).length, left(state, 2)]).toEqual([1, 1, [], 5, []]);
    expect(await deliver(delivering({ state, sinks: [one, keeping(), three] }))).toEqual({ delivered: 5, refused: 0, failures: [] });
  });

  test('one that cannot even be made keeps no other from being served', async () => {
    using state = waiting(2);
    const other = keeping();
    const { failures } = await deliver(delivering({ state, sinks: [() => { throw new Error('no socket'); }, other] }));
    expect(failures).toEqual([expect.objectContaining({ code: 'COMPONENT_FAILED', message: 'siem/sink-0: no socket' })]);
    expect([other.calls.length, left(state, 0).length]).toEqual([1, 5]);
  });

  test('each gets its runs in their order, one run at a time', async () => {
    using state = waiting(2);
    state.commit(outcome('2', { alerts: [alert('ann', { count: 9 }), alert('bob', { count: 9 }), ...['cat', 'dan', 'eve'].map((name) => alert(name))], sinks: sinksOf(2) }));
    const sinks = [keeping(), keeping()];
    await deliver(delivering({ state, sinks }));
    const expected = [names.map((name) => keyOf(name)), [keyOf('ann', 2), keyOf('bob', 2)]];
    expect(sinks.map(({ calls }) => calls)).toEqual([expected, expected]);
  });

  test('rows of a sink that the detection no longer has are told and let go', async () => {
    using state = waiting(2);
    const warnings: string[] = [];
    expect(await deliver(delivering({ state, sinks: [keeping()], warn: (text) => void warnings.push(text) }))).toEqual({ delivered: 5, refused: 0, failures: [] });
    expect(warnings).toEqual([expect.stringMatching(/5 results of run 1 were for a sink that the detection no longer has: siem\/sink-1/)]);
    expect(left(state)).toEqual([]);
  });
});

test('a stop ends the delivery at once with its reason; what was named stays named', async () => {
  using state = waiting(2);
  const stop = new AbortController();
  const reason = new ByomlError('CANCELLED', 'stopped');
  const [sink, other] = [keeping(async (receipt) => {
    receipt.accepted([0]);
    stop.abort(reason);
    await new Promise(() => {});
  }), keeping()];
  await expect(deliver(delivering({ state, sinks: [sink, other], signal: stop.signal }))).rejects.toBe(reason);
  expect([left(state, 0).length, other.calls]).toEqual([4, []]);
});

test('a state that cannot be written ends the delivery: other sinks would be given what cannot be acknowledged', async () => {
  using state = waiting(2);
  const failing = Object.assign(Object.create(state) as State, { acknowledge: () => { throw new ByomlError('STATE_FAILED', 'disk full'); }, outboxSinks: () => [0, 1], outbox: state.outbox.bind(state) });
  const other = keeping();
  await expect(deliver(delivering({ state: failing, sinks: [keeping((receipt) => receipt.accepted([0])), other] }))).rejects.toMatchObject({ code: 'STATE_FAILED' });
  expect(other.calls).toEqual([]);
});

test('many rows are given in calls of a bounded size', async () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: Array.from({ length: 10_050 }, (_, i) => alert(`u${i}`, { explanation: null })), sinks: sinksOf(1) }));
  const sink = keeping();
  expect(await deliver(delivering({ state, sinks: [sink] }))).toMatchObject({ delivered: 10_050 });
  expect(sink.calls.map((keys) => keys.length)).toEqual([10_000, 50]);
});

/** What a sink does with the rows of one call: names some, one by one, then returns, throws, or the process dies. */
const call = fc.record({ marks: fc.array(fc.constantFrom('accept', 'refuse', 'nothing'), { minLength: 1, maxLength: 7 }), ending: fc.constantFrom('return', 'throw', 'kill') });
const retries = fc.array(fc.boolean(), { maxLength: 4 });

test('whatever sinks accept, refuse and throw and whenever the process dies, each row ends in one place and none is lost', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.array(call, { maxLength: 5 }), { minLength: 2, maxLength: 2 }), retries, async (scripts, retrying) => {
    const folder = workspaceFolder();
    const [taken, refused] = [new Map<string, number>(), new Set<string>()];
    const stop = { now: new AbortController() };
    const sinks = scripts.map((script, position) => scripted(position, [...script], { taken, refused, stop }));
    let state = State.open(folder);
    state.commit(outcome('1', { alerts: names.map((name) => alert(name)), sinks: sinksOf(2) }));
    state.commit(outcome('2', { alerts: names.map((name, i) => alert(name, { count: 2 + (i % 2) })), sinks: sinksOf(2) }));
    const all = state.outbox(detection, 100).map(({ sink, recordId, revision }) => `${sink} ${recordId} ${revision}`);
    for (let rounds = 0; ; rounds++) {
      const ended = await deliver(delivering({ state, sinks, signal: stop.now.signal })).catch(() => null);
      if (ended === null) {
        state[Symbol.dispose]();
        state = State.open(folder);
        stop.now = new AbortController();
      }
      const retry = retrying.shift();
      if (retry) {
        state.retryDeadLetters({}, 'now');
        refused.clear();
      }
      if (ended?.failures.length === 0 && !retry) break;
      expect(rounds).toBeLessThan(40);
    }
    const dead = state.deadLetters().map(({ sink, recordId, revision }) => `${sink} ${recordId} ${revision}`);
    expect(state.outboxSinks(detection)).toEqual([]);
    expect(dead.toSorted()).toEqual([...refused].toSorted());
    expect([...taken.keys(), ...dead].toSorted()).toEqual(all.toSorted());
    expect([...taken.values()].every((times) => times === 1)).toBe(true);
    state[Symbol.dispose]();
  }), { numRuns: inCi ? 300 : 25 });
});

interface Fates {
  /** How often each row was accepted for good. */
  readonly taken: Map<string, number>;
  readonly refused: Set<string>;
  readonly stop: { now: AbortController };
}

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** Follows the script, then takes all that it is given. */
function scripted(position: number, script: Call[], { taken, refused, stop }: Fates): Sink {
  return {
    async write(data, _run, receipt) {
      const rows = (await keysOf(data)).map((key) => `${position} ${key}`);
      const { marks, ending } = script.shift() ?? { marks: ['nothing'], ending: 'return' };
      const take = (row: string): void => void taken.set(row, (taken.get(row) ?? 0) + 1);
      const markOf = (i: number): string => marks[i % marks.length] as string;
      for (const [i, row] of rows.entries()) {
        if (markOf(i) === 'accept') {
          receipt?.accepted([i]);
          take(row);
        } else if (markOf(i) === 'refuse') {
          receipt?.refused([i], large);
          refused.add(row);
        }
      }
      if (ending === 'throw') throw down();
      if (ending === 'kill') {
        stop.now.abort(new Error('killed'));
        return new Promise(() => {});
      }
      for (const [i, row] of rows.entries()) if (markOf(i) === 'nothing') take(row);
      return { rows: rows.length };
    },
  };
}
