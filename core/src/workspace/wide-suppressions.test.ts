import { expect, test } from 'vitest';
import type { Suppression } from '../detection-file/index.ts';
import type { SuppressedRecord } from '../state/index.ts';
import { wideWarnings } from './wide-suppressions.ts';

const suppression = (id: string, wide = false): Suppression => ({ id, match: { user: id, resource: null, scope: null, sourceHost: null }, owner: 'ann', reason: 'r', expires: 0, wide });
const hidden = (id: string, again = false): SuppressedRecord => ({ detection: 'd', day: 30, recordId: id, suppression: id, scope: '', user: id, resource: 'r', surprise: 1, pValue: 0.1, again });
const nothing = { alerts: 0, suppressed: [] };

test('more than 1 % of the alerts of 30 days, those of today included, has to be confirmed; 1 % need not', () => {
  const before = (alerts: number, hid: number) => ({ alerts, suppressed: [{ suppression: 'a', alerts: hid, again: 50, lastDay: 29 }] });
  expect(wideWarnings([suppression('a')], before(198, 2), nothing)).toEqual([]);
  expect(wideWarnings([suppression('a')], before(197, 2), nothing)).toEqual(['suppression "a" hid 2 of 199 alerts of the last 30 days (1.0 %), more than 1 %: write wide: true in it if that is meant']);
  expect(wideWarnings([suppression('a')], before(98, 1), { alerts: 1, suppressed: [] })).toEqual([]);
  expect(wideWarnings([suppression('a')], before(98, 1), { alerts: 1, suppressed: [hidden('a')] })).toHaveLength(1);
});

test('a confirmed one, and later days of an access that was hidden, warn of nothing', () => {
  expect(wideWarnings([suppression('a', true), suppression('b')], nothing, { alerts: 1, suppressed: [hidden('a'), hidden('b', true)] })).toEqual([]);
});
