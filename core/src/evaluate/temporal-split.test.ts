import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporalSplit } from './temporal-split.ts';

test('every row is in exactly one part, and no part begins before another has ended', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.nat(20), fc.nat(20), (list, a, b) => {
      const days = Int32Array.from(list);
      const { train, calibrate, test: later } = temporalSplit(days, { calibrateFrom: Math.min(a, b), testFrom: Math.max(a, b) });
      expect([...train, ...calibrate, ...later].sort((x, y) => x - y)).toEqual(list.map((_, i) => i));
      const span = (rows: Int32Array): readonly [number, number] => [Math.min(...[...rows].map((row) => list[row] as number)), Math.max(...[...rows].map((row) => list[row] as number))];
      expect(span(train)[1] < span(calibrate)[0] && span(calibrate)[1] < span(later)[0] && span(train)[1] < span(later)[0]).toBe(true);
    }),
  );
});
