import { expect, test } from 'vitest';
import { isQuiet } from './quiet.ts';

const usual = [100, 120, 80, 90, 1000];

test('a day with less than a fifth of the usual number of candidates is quiet', () => {
  expect([0, 19, 20, 100].map((candidates) => isQuiet(candidates, usual))).toEqual([true, true, false, false]);
});

test('what is usual is told by no fewer than five days', () => {
  expect(isQuiet(0, usual.slice(1))).toBe(false);
});
