import { expect, test } from 'vitest';
import { isWorkday, isoDay, noDay } from '../table/days.ts';
import { blockStart, replayDays } from './replay-days.ts';

const monday = 20_003; // 2024-10-07
const range = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);
const one = (days: readonly number[], cadence = 7): number[] | undefined => {
  const window = replayDays({ codes: new Int32Array(days.length), names: [''] }, Int32Array.from(days), cadence)[0];
  return window && [...window];
};

test('working days are Monday to Friday, UTC', () => {
  expect(isoDay(monday)).toBe('2024-10-07');
  expect(range(monday, 7).map(isWorkday)).toEqual([true, true, true, true, true, false, false]);
  expect(isWorkday(-4)).toBe(false); // Sunday 1969-12-28
});

test('blocks begin on Mondays by default, also before 1970', () => {
  expect(range(monday, 8).map((day) => blockStart(day, 7) - monday)).toEqual([0, 0, 0, 0, 0, 0, 0, 7]);
  expect(blockStart(-1, 7)).toBe(-3); // Wednesday 1969-12-31 belongs to Monday the 29th
  expect(blockStart(monday + 3, 1)).toBe(monday + 3);
});

test('the window is the last 20 working days, without weekends', () => {
  const window = one(range(monday, 70)) ?? [];
  expect(window).toHaveLength(20);
  expect(window.every(isWorkday)).toBe(true);
  expect(window.at(-1)).toBe(monday + 67); // the Friday before the last weekend
});

test('with fewer days the window shrinks, so that 5 days are learned first', () => {
  expect(one(range(monday, 25))).toEqual([...range(monday + 7, 5), ...range(monday + 14, 5), ...range(monday + 21, 4)]);
  expect(one(range(monday + 4, 25), 1)?.[0]).toBe(monday + 9); // Friday to Tuesday are five days; the next one counts
});

test('fewer than 25 distinct days, a row without a day or weekends only are not replayed', () => {
  expect(one(range(monday, 24))).toBeUndefined();
  expect(one([...range(monday, 24), monday])).toBeUndefined();
  expect(one([...range(monday, 40), noDay])).toBeUndefined();
  expect(one(range(0, 30).map((week) => monday + 5 + week * 7))).toBeUndefined();
});

test('the days of a scope do not depend on another scope', () => {
  const dayOf = Int32Array.from([...range(monday, 40), ...range(monday + 30, 90)]);
  const codes = Int32Array.from({ length: 130 }, (_, row) => Number(row >= 40));
  expect([...(replayDays({ codes, names: ['a', 'b'] }, dayOf, 7)[0] ?? [])]).toEqual(one(range(monday, 40)));
});
