import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertRecord, RunRecord, SuppressedRecord } from '@byoml/core/state';
import { describe, expect, test } from 'vitest';
import { freshWorkspaces } from './fresh-workspaces.ts';
import { inCi } from './tier.ts';
import { backfillDays, dayNumber, moment, runAt, type SmallWorkspace } from './small-workspace.ts';

const workspace = freshWorkspaces();
const resource = '\\\\FS99\\Vault';
const hourly = (expires: Date, more = ''): Record<string, string> => ({ budget: '40/day', suppress: `[ { id: vault, match: { resource: '\\\\fs99\\*' }, owner: ann, reason: known, expires: '${expires.toISOString()}'${more} } ]` });

const standing = (soc: SmallWorkspace): AlertRecord[] => soc.look((state) => state.alerts({ detection: soc.name, resource, withdrawn: false }));
const hidden = (soc: SmallWorkspace): SuppressedRecord[] => soc.look((state) => state.suppressed({ detection: soc.name }).filter((record) => record.resource === resource));
const last = (soc: SmallWorkspace): RunRecord => soc.scoreRuns().at(-1) as RunRecord;

/** An access to what nobody knows, in the hour before, and the run at the end of it. */
async function accessAndRun(soc: SmallWorkspace, end: Date): Promise<void> {
  soc.append({ user: soc.account(0), server: 'FS99', share: 'Vault', at: new Date(end.getTime() - 1_800_000) });
  soc.grow(end);
  await runAt(soc, end);
}

/** What later days go on from. */
const learned = (soc: SmallWorkspace): unknown => soc.look((state) => {
  const held = state.detection(soc.name, 'production');
  return { held, window: state.calibration(held?.generation ?? 0, { before: dayNumber(60), last: 100 }), models: state.models(soc.name).map(({ digest }) => digest) };
});

describe('a suppression', () => {
  test('hides an access until it expires within the day, counted once, and the next run alerts; more than 1 % degrades the run until somebody confirms it', async () => {
    const soc = await workspace(moment(29), { detection: hourly(moment(30, 12)) });
    const told: string[] = [];
    for (const hour of [6, 9, 12]) {
      await accessAndRun(soc, moment(30, hour));
      expect(standing(soc)).toEqual([]);
      expect(hidden(soc)).toMatchObject([{ suppression: 'vault', day: dayNumber(30), again: false }]);
      const { funnel, drops, status, warnings } = last(soc);
      told.push(`${status}: ${warnings.join()}`);
      if (hour === 6) soc.write(hourly(moment(30, 12), ', wide: true'));
      expect(drops).toContainEqual({ stage: 'suppressed', rows: 1, reason: 'suppression "vault" until 2026-02-04T12:00:00Z: known' });
      const dropped = (stage: string): number => drops.filter((drop) => drop.stage === stage).reduce((sum, { rows }) => sum + rows, 0);
      expect([funnel.kept, funnel.suppressed, funnel.scored]).toEqual([funnel.scored + dropped('scored') + funnel.suppressed, dropped('suppressed'), funnel.sent + funnel.overBudget + dropped('sent')]);
    }
    expect(told).toEqual([expect.stringMatching(/^degraded: suppression "vault" hid 1 of \d+ alerts .* wide: true/), 'done: ', 'done: ']);
    expect(soc.look((state) => state.suppressedCounts({ detection: soc.name }))).toMatchObject([{ suppression: 'vault', alerts: 1 }]);
    await accessAndRun(soc, moment(30, 13));
    expect(standing(soc)).toMatchObject([{ day: dayNumber(30), count: 4, revision: 1 }]);
    expect(hidden(soc)).toEqual([]);
  });

  test('hides later days too, and they are not learned: the day after it expired the same access alerts', async () => {
    const soc = await workspace(moment(29), { detection: hourly(moment(32)) });
    for (const day of [30, 31]) soc.append({ user: soc.account(0), server: 'FS99', share: 'Vault', at: moment(day, 10) });
    soc.grow(moment(32));
    await backfillDays(soc, 29, 32);
    expect(hidden(soc).map(({ day, again }) => [day, again])).toEqual([[dayNumber(30), false], [dayNumber(31), true]]);
    expect(standing(soc)).toEqual([]);
    await accessAndRun(soc, moment(32, 9));
    expect(standing(soc)).toMatchObject([{ day: dayNumber(32) }]);
  });

  test('leaves an alert that stands, and acts on what comes after it', async () => {
    const soc = await workspace(moment(29), { detection: { budget: '40/day' } });
    await accessAndRun(soc, moment(30, 9));
    soc.write(hourly(moment(40)));
    soc.append({ user: soc.account(1), server: 'FS99', share: 'Vault', at: moment(30, 9, 30) });
    await accessAndRun(soc, moment(30, 10));
    expect(standing(soc)).toMatchObject([{ count: 2, revision: 2, withdrawn: false }]);
    expect(hidden(soc)).toMatchObject([{ user: `CORP\\${soc.account(1)}` }]);
  });

  test.skipIf(!inCi)('moves no threshold and no correction, and an edit trains nothing anew (CI tier)', async () => {
    const [plain, suppressed] = [await workspace(moment(29), { detection: { budget: '40/day' } }), await workspace(moment(29), { detection: hourly(moment(40)) })];
    for (const soc of [plain, suppressed]) {
      soc.append({ user: soc.account(0), server: 'FS99', share: 'Vault', at: moment(30, 10) });
      soc.grow(moment(32));
      await backfillDays(soc, 29, 31);
    }
    suppressed.write(hourly(moment(39)));
    for (const soc of [plain, suppressed]) await backfillDays(soc, 29, 32);
    expect(hidden(suppressed)).toHaveLength(1);
    expect(standing(plain)).toHaveLength(1);
    expect(learned(suppressed)).toEqual(learned(plain));
    expect(suppressed.look((state) => state.runs({ detection: suppressed.name, kind: 'train' }))).toHaveLength(1);
  });

  test('holds for late data of its days even when the file no longer has it', async () => {
    const soc = await workspace(moment(29), { detection: hourly(moment(40)) });
    soc.append({ user: soc.account(0), server: 'FS99', share: 'Vault', at: moment(30, 10) });
    soc.grow(moment(32));
    await backfillDays(soc, 29, 32);
    soc.write({ budget: '40/day' });
    soc.append({ user: soc.account(0), server: 'FS99', share: 'Vault', at: moment(30, 11), part: 1 }, { user: soc.account(1), server: 'FS99', share: 'Vault', at: moment(30, 11), part: 1 });
    const { records } = await runAt(soc, moment(32, 0, 30));
    expect(records.map(({ day }) => day)).toEqual([dayNumber(30)]);
    expect(standing(soc)).toEqual([]);
    expect(hidden(soc)).toHaveLength(2);
    await accessAndRun(soc, moment(32, 9));
    expect(standing(soc)).toMatchObject([{ day: dayNumber(32) }]);
  });
});

const command = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');

test('the command tells what it would have hidden, asks about more than 1 %, writes the file, lists and takes back', async () => {
  const soc = await workspace(moment(29), { detection: { budget: '40/day' } });
  await accessAndRun(soc, moment(30, 9));
  const file = join(soc.folder, 'detections', 'shares.yaml');
  const before = `# ours\n${readFileSync(file, 'utf8')}`;
  writeFileSync(file, before);
  const called = (...args: readonly string[]): { status: number | null; document: any } => {
    const { status, stdout } = spawnSync(process.execPath, [command, ...args, '--workspace', soc.folder, '--json'], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' } });
    return { status, document: JSON.parse(stdout) };
  };
  const byoml = (...args: readonly string[]) => called('suppressions', ...args);
  const adding = ['add', 'shares', '--resource', '\\\\fs99\\*', '--owner', 'ann', '--reason', 'known: CHG-1', '--expires', '30d', '--now', moment(30, 9).toISOString()];

  expect(byoml(...adding)).toMatchObject({ status: 2, document: { error: { code: 'USAGE_INVALID', message: expect.stringMatching(/would have hidden 1 of \d+ alerts of the last 30 days \(.*%\).*--yes/) } } });
  expect(readFileSync(file, 'utf8')).toBe(before);
  const { status, document: { suppression, wouldHaveHidden } } = byoml(...adding, '--yes');
  expect({ status, wouldHaveHidden, suppression }).toMatchObject({ status: 0, wouldHaveHidden: { alerts: 1, wide: true }, suppression: { owner: 'ann', wide: true, expires: '2026-03-06T09:00:00Z' } });
  expect(readFileSync(file, 'utf8').startsWith(before)).toBe(true);
  expect(byoml(...adding, '--yes')).toMatchObject({ status: 2, document: { error: { message: expect.stringContaining('suppresses that already') } } });

  soc.append({ user: soc.account(1), server: 'FS99', share: 'Vault', at: moment(30, 9, 30) });
  await runAt(soc, moment(30, 10));
  expect(byoml('list', '--now', moment(30, 10).toISOString()).document.suppressions).toMatchObject([{ id: suppression.id, match: { resource: '\\\\fs99\\*' }, hid: 1, lastHidden: '2026-02-04', expired: false }]);
  expect(byoml('list', 'shares', '--now', moment(70).toISOString()).document.suppressions).toMatchObject([{ expired: true }]);
  expect(called('explain', hidden(soc)[0]?.recordId.slice(0, 12) as string)).toMatchObject({ status: 2, document: { error: { code: 'RECORD_UNKNOWN', message: expect.stringContaining(`suppression "${suppression.id}" of shares hid`) } } });
  expect(byoml('remove', 'shares', 'other')).toMatchObject({ status: 2 });
  expect(byoml('remove', 'shares', suppression.id as string)).toMatchObject({ status: 0 });
  expect(byoml('list').document).toEqual({ suppressions: [] });
  expect(byoml('add', 'shares', '--user', '*', '--owner', 'a', '--reason', 'b', '--expires', '30d')).toMatchObject({ status: 2 });
  expect(byoml('add', 'shares', '--user', 'x', '--owner', 'a', '--reason', 'b', '--expires', '400d')).toMatchObject({ status: 2, document: { error: { message: expect.stringContaining('at most 366 days') } } });
});
