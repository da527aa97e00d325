import { expect, test } from 'vitest';
import { randomFrom, type Random } from '../../random/index.ts';
import { Calibration } from '../calibrate/calibration.ts';
import type { CalibrationWindow } from '../calibrate/window.ts';
import { attainable } from './attainable.ts';
import { classShares } from './class-shares.ts';
import { corrected } from './correction.ts';
import { rolledOn } from './rolling.ts';
import { kthLargest } from './threshold.ts';
import { thresholds } from './thresholds.ts';

test('shares follow the candidates, with .05 for any class that has some, and sum to 1', () => {
  expect(classShares([80, 20, 0])).toEqual([0.8, 0.2, 0]);
  expect(classShares([0, 0, 0])).toEqual([0, 0, 0]);
  const [hot, cold, coldest] = classShares([980, 15, 5]) as [number, number, number];
  expect([cold, coldest]).toEqual([0.05, 0.05]);
  expect(hot + cold + coldest).toBeCloseTo(1, 12);
});

test('the k-th largest lies between neighbours for a broken k, never above the largest, and −∞ when all may alert', () => {
  const values = Float64Array.of(1, 2, 4, 8);
  expect([1, 2, 2.5, 4, 0.1, 4.5].map((k) => kthLargest(values, k))).toEqual([8, 4, 3, 1, 8, -Infinity]);
  expect(kthLargest(new Float64Array(0), 3)).toBe(Infinity);
});

test('the correction moves by .05·(B − alerts)/B and stays within [−1, 1]', () => {
  expect(corrected(0, 10, 6)).toBeCloseTo(0.02, 12);
  expect(corrected(0.99, 10, 0)).toBe(1);
  expect(corrected(-0.99, 10, 40)).toBe(-1);
});

test('what is attainable is near .95, .73 and .5 for 10, 3 and 1 alerts a day', () => {
  for (const [perDay, probability] of [[10, 0.95], [3, 0.73], [1, 0.5]] as const) expect(Math.abs(attainable(perDay).within20Percent - probability)).toBeLessThan(0.03);
  expect(attainable(10).band95).toBeLessThan(0.2);
  expect(attainable(1).band95).toBeGreaterThan(0.5);
});

/** One working day of candidates: three classes, a few hundred rows, surprises that may drift. */
function dayOf(day: number, random: Random, drift: number, rows: number): CalibrationWindow {
  const classes = Uint8Array.from({ length: rows }, () => (random.next() < 0.85 ? 0 : random.next() < 0.7 ? 1 : 2));
  const surprise = Float64Array.from({ length: rows }, () => -Math.log(1 - random.next()) + drift * day);
  return { surprise, coldSurprise: surprise.map((value) => value * 2), classes, days: new Int32Array(rows).fill(day), workingDays: [day] };
}

interface Stream {
  readonly perDay: number;
  readonly drift: number;
  readonly rows: (day: number) => number;
  readonly seed: number;
}

/** Alerts per day over a year of scoring with a rolling window, as production does. */
function alertsPerDay({ perDay, drift, rows, seed }: Stream): number[] {
  const random = randomFrom(seed);
  let window = dayOf(0, random, drift, rows(0));
  for (let day = 1; day < 20; day++) window = rolledOn(window, dayOf(day, random, drift, rows(day)));
  let correction = 0;
  return Array.from({ length: 250 }, (_, i) => {
    const day = 20 + i;
    const scored = dayOf(day, random, drift, rows(day));
    const limit = thresholds(new Calibration(new Map([['', window]])), { perDay, correction });
    const alerts = scored.surprise.reduce((sum, surprise, row) => sum + Number(limit.exceeds('', scored.classes[row] as number, surprise, scored.coldSurprise?.[row] as number)), 0);
    correction = corrected(correction, perDay, alerts);
    window = rolledOn(window, scored);
    return alerts;
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each<[string, Stream]>([
  ['stationary', { perDay: 10, drift: 0, rows: () => 300, seed: 1 }],
  ['slowly drifting upwards', { perDay: 10, drift: 0.005, rows: () => 300, seed: 2 }],
  ['slowly drifting downwards', { perDay: 10, drift: -0.005, rows: () => 300, seed: 3 }],
  ['growing', { perDay: 10, drift: 0, rows: (day) => 200 + day, seed: 4 }],
])('the long-run mean holds 10 a day within ±20 %% on a %s stream', (_, stream) => {
  expect(Math.abs(mean(alertsPerDay(stream)) - 10)).toBeLessThan(2);
});

test('without the correction a drifting stream does not hold the budget, so the correction is what holds it', () => {
  const drifting: Stream = { perDay: 10, drift: 0.02, rows: () => 300, seed: 5 };
  const random = randomFrom(5);
  let window = dayOf(0, random, drifting.drift, 300);
  for (let day = 1; day < 20; day++) window = rolledOn(window, dayOf(day, random, drifting.drift, 300));
  const uncorrected = Array.from({ length: 100 }, (_, i) => {
    const scored = dayOf(20 + i, random, drifting.drift, 300);
    const limit = thresholds(new Calibration(new Map([['', window]])), { perDay: 10, correction: 0 });
    window = rolledOn(window, scored);
    return scored.surprise.reduce((sum, surprise, row) => sum + Number(limit.exceeds('', scored.classes[row] as number, surprise, scored.coldSurprise?.[row] as number)), 0);
  });
  expect(mean(uncorrected)).toBeGreaterThan(11.5);
  expect(Math.abs(mean(alertsPerDay(drifting)) - 10)).toBeLessThan(2);
});

test('on independent candidates 20-day means hold ±20 % at least as often as stated, and less often at a smaller budget', () => {
  const held: number[] = [];
  for (const perDay of [10, 3, 1]) {
    const windows = [11, 12].flatMap((seed) => {
      const alerts = alertsPerDay({ perDay, drift: 0, rows: () => 80, seed });
      return Array.from({ length: 12 }, (_, i) => mean(alerts.slice(i * 20, i * 20 + 20)));
    });
    const within = mean(windows.map((value) => Number(Math.abs(value - perDay) <= perDay * 0.2 + 1e-9)));
    expect(within).toBeGreaterThan(attainable(perDay).within20Percent - 0.05);
    held.push(within);
  }
  expect(held).toEqual(held.toSorted((a, b) => b - a));
  expect(held.at(-1)).toBeLessThan(0.95);
});

test('a window rolls on by working days, and a day without candidates counts', () => {
  const random = randomFrom(6);
  const empty: CalibrationWindow = { surprise: new Float64Array(0), coldSurprise: null, classes: new Uint8Array(0), days: new Int32Array(0), workingDays: [30] };
  let window = dayOf(0, random, 0, 5);
  for (let day = 1; day < 20; day++) window = rolledOn(window, dayOf(day, random, 0, 5));
  const rolled = rolledOn(window, empty);
  expect(rolled.workingDays).toEqual([...Array.from({ length: 19 }, (_, i) => i + 1), 30]);
  expect(rolled.classes.length).toBe(95);
  expect(rolled.coldSurprise?.length).toBe(95);
});

test('a scope below 50 budgeted alerts shares one threshold on p; a large one has its own', () => {
  const random = randomFrom(7);
  const grow = (rows: number, scale: number): CalibrationWindow => {
    const { surprise, ...rest } = Array.from({ length: 20 }, (_, day) => dayOf(day, random, 0, rows)).reduce((window, day) => rolledOn(window, day));
    return { ...rest, surprise: surprise.map((value) => value * scale) };
  };
  const calibration = new Calibration(new Map([['large', grow(300, 1)], ['small', grow(10, 1000)], ['other', grow(10, 1)]]));
  const limit = thresholds(calibration, { perDay: 10, correction: 0 });
  expect(limit.own('large', 0)).not.toBeNull();
  expect(limit.own('small', 0)).toBeNull();
  const alerts = (scope: string): number => {
    const { surprise, classes, coldSurprise } = calibration.windows.get(scope) as CalibrationWindow;
    return surprise.reduce((sum, value, row) => sum + Number(limit.exceeds(scope, classes[row] as number, value, coldSurprise?.[row] as number)), 0);
  };
  expect(alerts('large')).toBeGreaterThan(170);
  expect(alerts('large')).toBeLessThan(200);
  expect(alerts('small')).toBeLessThan(15); // its surprises are a thousandfold, its p-values are not
  expect(limit.exceeds('unknown', 0, 1e9, 1e9)).toBe(true);
});

test('a budget per day is refused without days', () => {
  const undated: CalibrationWindow = { ...dayOf(0, randomFrom(8), 0, 10), days: null, workingDays: null };
  expect(() => thresholds(new Calibration(new Map([['', undated]])), { perDay: 10, correction: 0 })).toThrow(expect.objectContaining({ code: 'BUDGET_NEEDS_DAYS' }) as Error);
});
