import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auc } from './auc.ts';

const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 }).map((list) => Float64Array.from(list));

test('auc is the share of pairs in which the positive is higher, ties counting half', () => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      let wins = 0;
      for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
      expect(auc(positives, negatives)).toBeCloseTo(wins / (positives.length * negatives.length), 12);
    }),
  );
});

test('auc of two sides exchanged is the rest to one', () => {
  fc.assert(
    fc.property(scores, scores, (a, b) => {
      expect(auc(a, b) + auc(b, a)).toBeCloseTo(1, 12);
    }),
  );
});

test('auc does not change the order of what it is given', () => {
  const positives = Float64Array.of(3, 1, 2);
  auc(positives, Float64Array.of(5, 4));
  expect([...positives]).toEqual([3, 1, 2]);
});

test('auc of an empty side is not a number', () => {
  expect(auc(new Float64Array(0), Float64Array.of(1))).toBeNaN();
});
