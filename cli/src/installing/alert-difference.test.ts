import { expect, test } from 'vitest';
import { openWorkspace, type Preview } from '@byoml/core/workspace';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertDifference, difference } from './alert-difference.ts';
import { updateOf } from './offer.test.fixture.ts';

const preview = (incidents: number, ...entities: readonly string[]): Preview => ({
  detection: 'nights', budget: 5, days: [], incidents, rule: 0, attainable: { within20Percent: 1, band95: 0.1 } as Preview['attainable'], warnings: [],
  top: entities.map((entity, i) => ({ day: '2026-11-24', rank: i + 1, entity, kind: 'account', oneIn: 10, surprise: 5, sentence: '' })),
});

test('alerts that only one version raises are named', () => {
  expect(difference(preview(7, 'ann', 'bob'), preview(4, 'bob', 'eve'))).toEqual({ days: 0, before: 7, after: 4, gained: ['2026-11-24 eve'], lost: ['2026-11-24 ann'] });
});

test('without leave to run, nothing runs, and the plan says why', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'byoml-alerts-'));
  try {
    await mkdir(join(folder, 'detections'));
    const opening = { json: true, signal: new AbortController().signal, progress: { step: () => {}, update: () => {}, stop: () => {} } };
    const client = { stageOffer: () => Promise.reject(new Error('staged')) };
    expect(await alertDifference({ client, workspace: await openWorkspace(folder), detection: 'nights', offer: updateOf('2.0.0'), opening, now: undefined })).toEqual({ because: expect.stringContaining('--allow-level L0') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
