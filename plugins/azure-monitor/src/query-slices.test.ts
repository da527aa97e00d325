import fc from 'fast-check';
import { expect, test } from 'vitest';
import { halvesOf, minuteMs, slicesOf, sliceText } from './query-slices.ts';

const at = (text: string): number => Date.parse(text);

test('slices begin at whole multiples of their length and touch the stretch', () => {
  const texts = slicesOf({ from: at('2026-11-24T06:30Z'), to: at('2026-11-24T08:00:00.001Z') }, 3_600_000).map(sliceText);
  expect(texts).toEqual(['2026-11-24T06:00Z/07:00Z', '2026-11-24T07:00Z/08:00Z', '2026-11-24T08:00Z/09:00Z']);
  expect(slicesOf({ from: at('2026-11-24T06:00Z'), to: at('2026-11-24T07:00Z') }, 3_600_000)).toHaveLength(1);
  expect(slicesOf({ from: at('2026-11-25'), to: at('2026-11-24') }, 3_600_000)).toEqual([]);
  expect(sliceText({ from: at('2026-11-24T23:00Z'), to: at('2026-11-25') })).toBe('2026-11-24T23:00Z/2026-11-25T00:00Z');
});

test('halving covers the slice without gap or overlap, down to minutes', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 10_000_000 }), (minutes, start) => {
    const leaves: Array<readonly [number, number]> = [];
    const split = (from: number, to: number): void => {
      const halves = halvesOf({ from, to });
      if (!halves) leaves.push([from, to]);
      else for (const half of halves) split(half.from, half.to);
    };
    split(start * minuteMs, (start + minutes) * minuteMs);
    expect(leaves).toEqual(Array.from({ length: minutes }, (_, n) => [(start + n) * minuteMs, (start + n + 1) * minuteMs]));
  }), { numRuns: 30 });
});
