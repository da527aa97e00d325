import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averagePrecision } from './average-precision.ts';
import { recallAt } from './recall-at.ts';

const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 }).map((list) => Float64Array.from(list));

test('average precision is one when every positive is above every negative, and chance when nothing differs', () => {
  expect(averagePrecision(Float64Array.of(5, 6), Float64Array.of(1, 2, 3))).toBe(1);
  expect(averagePrecision(Float64Array.of(1, 1), Float64Array.of(1, 1, 1))).toBeCloseTo(1 / 101, 12);
});

test('average precision depends on the stated prevalence only, not on how many negatives were drawn', () => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      const tripled = Float64Array.of(...negatives, ...negatives, ...negatives);
      expect(averagePrecision(positives, tripled)).toBeCloseTo(averagePrecision(positives, negatives), 12);
    }),
  );
});

test('average precision at the samples\' own ratio is the textbook sum over positives without ties', () => {
  const positives = Float64Array.of(9, 7, 2);
  const negatives = Float64Array.of(8, 3, 1);
  expect(averagePrecision(positives, negatives, 1)).toBeCloseTo((1 / 1 + 2 / 3 + 3 / 5) / 3, 12);
});

test('recall at a rate equals trying every threshold', () => {
  fc.assert(
    fc.property(scores, scores, fc.double({ min: 0, max: 1, noNaN: true }), (positives, negatives, rate) => {
      const share = (values: Float64Array, threshold: number): number => values.filter((value) => value >= threshold).length / values.length;
      const allowed = [...positives, Infinity].filter((threshold) => share(negatives, threshold) <= rate);
      const best = Math.max(0, ...allowed.map((threshold) => share(positives, threshold)));
      expect(recallAt(positives, negatives, rate)).toBeCloseTo(best, 12);
    }),
  );
});
