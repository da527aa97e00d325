import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paceOf } from './pace.ts';
import { quickTime } from './rig.test.fixture.ts';

const signal = new AbortController().signal;

test('whatever the requests: never more of them, nor of their bytes, in any 60 s than the rule takes', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 400 }), idle: fc.nat(9000) }), { minLength: 1, maxLength: 120 }), async (given) => {
    const time = quickTime(1_000_000_000_123);
    const pace = paceOf(time, { requests: 20, bytes: 2000 });
    const sent: Array<{ readonly at: number; readonly bytes: number }> = [];
    for (const { bytes, idle } of given) {
      await pace.turn(bytes, signal);
      sent.push({ at: time.now(), bytes });
      if (idle > 8000) await time.sleep(idle, signal);
    }
    for (const { at } of sent) {
      const minute = sent.filter((one) => one.at <= at && one.at > at - 60_000);
      expect(minute.length).toBeLessThanOrEqual(20);
      expect(minute.reduce((sum, one) => sum + one.bytes, 0)).toBeLessThanOrEqual(2000);
    }
  }), { numRuns: 50 });
});

test('12,000 requests go at once; the next waits for the minute to pass and not much longer', async () => {
  const time = quickTime(1_000_000_000_000);
  const pace = paceOf(time);
  for (let i = 0; i < 12_000; i++) await pace.turn(1, signal);
  expect(time.slept).toEqual([]);
  await pace.turn(1, signal);
  expect(time.slept).toEqual([61_000]);
});
