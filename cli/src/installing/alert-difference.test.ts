import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkspace } from '@byoml/core/workspace';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertDifference, difference, type Alerts } from './alert-difference.ts';
import type { Offer } from './marketplace.ts';
import { keys, updateOf } from './offer.test.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoml-alerts-'));
  await mkdir(join(folder, 'detections'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const day = Date.UTC(2026, 10, 24) / 86_400_000;
const alert = (user: string, pValue = 0.1): Alerts[number] => ({ recordId: `id of ${user}`, day, user, resource: 'vault', pValue, surprise: 5 });
const shown = (user: string, oneIn = 10) => ({ day: '2026-11-24', user, resource: 'vault', oneIn });

test('alerts that appear, vanish and stay are counted and named', () => {
  expect(difference([alert('ann'), alert('bob')], [alert('bob', 0.01), alert('eve')])).toEqual({
    days: 14, before: 2, after: 2,
    gained: { count: 1, top: [shown('eve')] }, lost: { count: 1, top: [shown('ann')] }, same: { count: 1, top: [shown('bob', 100)] },
  });
});

test('of many alerts all are counted and the oddest named', () => {
  const { gained, lost, same } = difference([], Array.from({ length: 30 }, (_, i) => alert(`user-${i}`, 1 / (i + 1))));
  expect([gained.count, gained.top.map(({ user }) => user)]).toEqual([30, ['user-29', 'user-28', 'user-27', 'user-26', 'user-25']]);
  expect([lost, same]).toEqual([{ count: 0, top: [] }, { count: 0, top: [] }]);
});

const neverStaged = { stageOffer: () => Promise.reject(new Error('staged')) };

async function compare(offer: Offer, over: { readonly allowLevel?: 'L0' | undefined; readonly acceptKey?: string } = { allowLevel: 'L0' }): Promise<unknown> {
  const opening = { json: true, allowLevel: over.allowLevel, signal: new AbortController().signal, progress: { step: () => {}, update: () => {}, stop: () => {} } };
  return await alertDifference({ client: neverStaged, workspace: await openWorkspace(folder), detection: 'nights', offer, acceptKey: over.acceptKey, opening, now: undefined });
}

test('without leave to run, nothing runs, and the plan says why', async () => {
  expect(await compare(updateOf('2.0.0'), {})).toEqual({ because: expect.stringContaining('--allow-level L0') });
});

test.each<[string, Offer, string]>([
  ['has an advisory', updateOf('2.0.0', { advisories: [{ id: 'A-1', severity: 'high', reason: 'sends what it reads' }] as unknown as Offer['advisories'] }), 'sends what it reads'],
  ['was withdrawn', updateOf('2.0.0', { yanked: 'wrong at night' }), 'wrong at night'],
  ['the policy refuses', updateOf('2.0.0', { judgement: { allowed: false, reasons: [{ rule: 'provenance', message: 'it has no provenance' }] } }), 'it has no provenance'],
  ['has another key', updateOf('2.0.0', { ownerKey: { kind: 'new key', key: keys.next } as Offer['ownerKey'] }), `--accept-key ${keys.next.hex}`],
])('a version that %s does not run, whatever level is allowed', async (_, offer, says) => {
  expect(await compare(offer)).toEqual({ because: expect.stringContaining(says) });
  expect(await readdir(folder)).toEqual(['detections']);
});
