import { renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { State } from '@byoml/core/state';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backfillDays, dayNumber, moment, runAt, SmallWorkspace } from './small-workspace.ts';

let soc: SmallWorkspace;
beforeEach(async () => void (soc = await SmallWorkspace.make({ days: 44 })));
afterEach(() => soc[Symbol.dispose]());

const runs = (): Array<{ number: number; key: string; day: number | null; changes: readonly string[] }> => soc.look((state) => state.runs({ detection: soc.name }).map(({ number, key, day, changes }) => ({ number, key, day, changes })));
const digest = (): string => soc.look((state) => state.digest());
const keys = (): string[] => soc.delivered().map(({ recordId, revision }) => `${String(recordId)} ${String(revision)}`);

describe('runs of a workspace are safe', () => {
  test('days scored in one call, or in several that stop between, leave the same state and the same results, each once', async () => {
    soc.grow(moment(44));
    await backfillDays(soc, 35, 44);
    const whole = { digest: digest(), keys: keys().toSorted() };
    expect(new Set(whole.keys).size).toBe(whole.keys.length);
    expect(whole.keys.length).toBeGreaterThan(5);
    soc.forget();
    for (const to of [37, 37, 41, 44]) await backfillDays(soc, 35, to);
    expect({ digest: digest(), keys: keys().toSorted() }).toEqual(whole);
  });

  test('late data reopens only its own day, and says what changed', async () => {
    soc.grow(moment(42));
    await backfillDays(soc, 36, 42);
    const before = runs();
    const stranger = (share: string) => ({ user: soc.account(0), server: 'FS99', share, at: moment(38, 10), host: '10.8.8.8' });
    soc.append(...['late-1', 'late-2', 'late-3'].map(stranger));
    await runAt(soc, moment(42, 0, 1));
    const added = runs().filter(({ number }) => !before.some((run) => run.number === number));
    expect(added.map(({ day }) => day)).toEqual([dayNumber(38)]);
    expect(added[0]?.changes.join('\n')).toMatch(/late data of 2026-02-12\ngained .*late-/);
    expect(runs().filter(({ number }) => before.some((run) => run.number === number))).toEqual(before);
    const later = digest();
    await runAt(soc, moment(42, 0, 1));
    expect(digest()).toBe(later);
  });

  test('a file that was only touched redoes nothing', async () => {
    soc.grow(moment(40));
    await backfillDays(soc, 37, 40);
    const before = runs();
    utimesSync(soc.hourFile(moment(38, 10)), new Date(), new Date());
    await runAt(soc, moment(40, 0, 1));
    expect(runs()).toEqual(before);
  });

  test('a second process is told that the workspace is taken; looking at it works meanwhile', async () => {
    soc.grow(moment(38));
    await backfillDays(soc, 37, 38);
    using _held = State.open(soc.folder);
    await expect(backfillDays(soc, 37, 38)).rejects.toMatchObject({ code: 'STATE_LOCKED', exit: 7 });
    expect(runs().length).toBeGreaterThan(0);
  });

  test('a clock that went back changes nothing', async () => {
    soc.grow(moment(38));
    await backfillDays(soc, 36, 38);
    const before = digest();
    await expect(runAt(soc, moment(30))).rejects.toMatchObject({ code: 'CLOCK_BEHIND', exit: 7 });
    expect(digest()).toBe(before);
  });

  test('a source that vanished changes nothing, and is caught up with when it is back', async () => {
    soc.grow(moment(40));
    await backfillDays(soc, 36, 38);
    const before = digest();
    const [here, away] = [join(soc.folder, 'export'), join(soc.folder, 'away')];
    renameSync(here, away);
    await expect(backfillDays(soc, 36, 40)).rejects.toMatchObject({ code: 'FILE_MISSING', exit: 3 });
    expect(digest()).toBe(before);
    renameSync(away, here);
    await backfillDays(soc, 36, 40);
    const resumed = digest();
    soc.forget();
    await backfillDays(soc, 36, 40);
    expect(digest()).toBe(resumed);
  });

  test('results that a sink could not take are delivered later, once', async () => {
    soc.grow(moment(44));
    rmSync(join(soc.folder, 'results'), { recursive: true });
    await expect(backfillDays(soc, 36, 44)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    const incidents = soc.look((state) => state.incidents({ detection: soc.name }).length);
    expect(incidents).toBeGreaterThan(0);
    soc.forget();
    expect(keys()).toEqual([]);
  });

  test('no rows at all is said with the days that there are', async () => {
    soc.grow(moment(10));
    await expect(backfillDays(soc, 300, 301)).rejects.toMatchObject({ code: 'DATA_EMPTY', message: expect.stringContaining('no rows to learn from in the 21 days before') });
  });
});
