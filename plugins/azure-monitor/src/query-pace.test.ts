import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { paceOf } from './query-pace.ts';

const go = new AbortController().signal;

test('no more calls than allowed are under way, and none is lost', async () => {
  const pace = paceOf({ parallel: 3, most: 1000, perMs: 1000 });
  let [now, most] = [0, 0];
  const calls = Array.from({ length: 20 }, (_, at) => pace.turn(async () => {
    most = Math.max(most, ++now);
    await wait(2);
    now--;
    return at;
  }, go));
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  expect(most).toBe(3);
});

test('within any stretch no more calls begin than allowed', async () => {
  const pace = paceOf({ parallel: 100, most: 4, perMs: 60 });
  const begun: number[] = [];
  await Promise.all(Array.from({ length: 13 }, () => pace.turn(async () => void begun.push(performance.now()), go)));
  for (let at = 4; at < begun.length; at++) expect((begun[at] as number) - (begun[at - 4] as number)).toBeGreaterThanOrEqual(59);
});

test('a pause is for all, and a call that failed lets the next begin', async () => {
  const pace = paceOf({ parallel: 1, most: 100, perMs: 1000 });
  await expect(pace.turn(() => Promise.reject(new Error('no')), go)).rejects.toThrow('no');
  const from = performance.now();
  pace.hold(50);
  await Promise.all([pace.turn(async () => 1, go), pace.turn(async () => 2, go)]);
  expect(performance.now() - from).toBeGreaterThanOrEqual(49);
});

test('who waits leaves when told to stop, and those behind it go on', async () => {
  const pace = paceOf({ parallel: 5, most: 100, perMs: 1000 });
  const [stop, reason] = [new AbortController(), new Error('told to stop')];
  pace.hold(40);
  const waiting = pace.turn(async () => 1, stop.signal);
  const behind = pace.turn(async () => 2, go);
  stop.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(await behind).toBe(2);
});
