import { expect, test } from 'vitest';
import { oneIn, seenText, share, windowText } from './numbers.ts';

test('rarity is said in words one can picture', () => {
  expect([oneIn(2_327), oneIn(14.4), oneIn(1), oneIn(Infinity)]).toEqual(['1 in 2,300', '1 in 14', '1 in 1', '1 in very many']);
  expect([share(0.00043), share(0), share(1)]).toEqual(['0.00043', '0', '1']);
});

test('a window ends with its last day, not with the midnight after', () => {
  expect(windowText('2026-03-27T00:00:00Z', '2026-03-28T00:00:00Z')).toBe('Fri, 27 Mar 2026');
  expect(windowText('2026-02-25', '2026-03-27')).toBe('Wed, 25 Feb 2026 to Thu, 26 Mar 2026');
  expect(windowText('2026-03-27T05:00:00Z', '2026-03-27T06:00:00Z')).toBe('27 Mar 2026, 05:00 UTC to 27 Mar 2026, 06:00 UTC');
  expect(windowText('the beginning', 'now')).toBe('the beginning to now');
});

test('times are of UTC, and one instant is one', () => {
  expect(seenText('2026-03-27T02:10:00Z', '2026-03-27T02:41:30Z')).toBe('02:10–02:41 UTC');
  expect(seenText('2026-03-27T02:10:00Z', null)).toBe('02:10 UTC');
  expect(seenText(null, null)).toBeNull();
});
