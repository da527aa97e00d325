import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Calibration } from './calibration.ts';
import { firstAtLeast, pValue, scoreOf } from './p-value.ts';
import { Ranking } from './ranking.ts';
import type { CalibrationWindow } from './window.ts';

const windowOf = (rows: ReadonlyArray<readonly [classOf: number, surprise: number, cold?: number]>): CalibrationWindow => ({
  surprise: Float64Array.from(rows, ([, surprise]) => surprise),
  coldSurprise: rows.some(([, , cold]) => cold !== undefined) ? Float64Array.from(rows, ([, , cold]) => cold ?? Number.NaN) : null,
  classes: Uint8Array.from(rows, ([classOf]) => classOf),
  days: null,
  workingDays: null,
});
const many = (n: number, classOf: number, from = 0, cold?: number): Array<[number, number, number?]> => Array.from({ length: n }, (_, i) => (cold === undefined ? [classOf, from + i] : [classOf, from + i, cold + i]));

test('p is (1 + #{calibration ≥ x}) / (n + 1), ties counted', () => {
  const values = Float64Array.of(1, 2, 2, 3);
  expect([0, 1, 1.5, 2, 3, 3.1].map((x) => pValue(values, x))).toEqual([5 / 5, 5 / 5, 4 / 5, 4 / 5, 2 / 5, 1 / 5]);
  expect(scoreOf(0.25)).toBe(75);
});

test('p equals counting, is in (0, 1] and never grows with surprise', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 40 }), fc.integer({ min: -7, max: 7 }), (values, x) => {
      const ascending = Float64Array.from(values).sort();
      const counted = (1 + values.filter((value) => value >= x).length) / (values.length + 1);
      expect(pValue(ascending, x)).toBe(counted);
      expect(firstAtLeast(ascending, x)).toBe(values.filter((value) => value < x).length);
      expect(counted > 0 && counted <= 1 && pValue(ascending, x + 1) <= counted).toBe(true);
    }),
  );
});

test('a class with 50 rows stands alone; with 49 it also counts its parent', () => {
  const parent = many(100, 0, 1000);
  expect(new Ranking(windowOf([...parent, ...many(50, 1)])).p(1, 500, Number.NaN)).toBe(1 / 51);
  expect(new Ranking(windowOf([...parent, ...many(49, 1)])).p(1, 500, Number.NaN)).toBe(101 / 150);
});

test('class 2 borrows class 1, and class 0 only while both together are fewer than 50', () => {
  const rows = [...many(100, 0, 1000), ...many(30, 1, 100)];
  expect(new Ranking(windowOf([...rows, ...many(20, 2)])).p(2, 500, Number.NaN)).toBe(1 / 51);
  expect(new Ranking(windowOf([...rows, ...many(19, 2)])).p(2, 500, Number.NaN)).toBe(101 / 150);
});

test('class 0 has no parent and is compared with itself, however few', () => {
  expect(new Ranking(windowOf([...many(3, 0), ...many(80, 1, 50)])).p(0, 2.5, Number.NaN)).toBe(1 / 4);
});

test('cold classes are ordered by coldSurprise, the hot class by surprise, also when rows are borrowed', () => {
  const ranking = new Ranking(windowOf([...many(60, 0, 0, 1000), ...many(10, 1, 0, 0)]));
  expect(ranking.p(0, 60, -1)).toBe(1 / 61);
  expect(ranking.p(1, 9999, 500)).toBe(61 / 71); // above its own ten, below all borrowed cold values
});

test('a hot row without a cold value is not compared with cold rows', () => {
  const ranking = new Ranking(windowOf([...many(60, 0), ...many(10, 1, 0, 0)]));
  expect(ranking.p(1, 0, 100)).toBe(1 / 11);
});

test('a scope with its own window is ranked in it alone; an unknown scope in the pool', () => {
  const a = windowOf(many(10, 0));
  const b = windowOf(many(10, 0, 100));
  const alone = new Calibration(new Map([['a', a]]));
  const both = new Calibration(new Map([['a', a], ['b', b], ['empty', windowOf([])]]));
  expect(both.of('a').p(0, 50, Number.NaN)).toBe(alone.of('a').p(0, 50, Number.NaN));
  expect(both.of('c').p(0, 50, Number.NaN)).toBe(11 / 21);
  expect(both.of('empty').p(0, 50, Number.NaN)).toBe(11 / 21);
  expect(both.rows).toBe(20);
});
