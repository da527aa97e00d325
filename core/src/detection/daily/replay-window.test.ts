import { expect, test } from 'vitest';
import { dictionary } from '../../contracts/dictionary.ts';
import { randomFrom } from '../../random/index.ts';
import { popularity, type PopularityOptions, type Seen } from '../fakes/popularity.ts';
import { fakeRun } from '../fakes/relation.ts';
import { History } from './history.ts';
import { learn } from './learner.ts';
import { replayWindow } from './replay-window.ts';

const monday = 20_003;
const [days, trainDays] = [60, 21];
const isWorkday = (day: number): boolean => (day - monday) % 7 < 5;

/** Every working day each of 30 users opens three resources of many; hardly anybody does on `quiet` days. */
function history(options: PopularityOptions, quiet: readonly number[] = []): History {
  const random = randomFrom(5);
  const rows = Array.from({ length: days }, (_, day) => day).filter((day) => isWorkday(monday + day)).flatMap((day) =>
    Array.from({ length: quiet.includes(day) ? 1 : 90 }, (_, i) => ({ day: monday + day, user: `u${i % 30}`, resource: `r${Math.floor(600 * random.next() ** 2)}` })));
  const columns = { user: dictionary(rows.map(({ user }) => user)), resource: dictionary(rows.map(({ resource }) => resource)), day: Int32Array.from(rows, ({ day }) => day) };
  return new History(popularity(options), { table: { rows: rows.length, columns: columns as never }, days: columns.day, sourceHosts: null, firstSeen: null, lastSeen: null });
}

const nobody = (): boolean => false;
async function replayed(options: PopularityOptions = {}, { quiet = [] as readonly number[], perDay = 5 } = {}): Promise<{ readonly seen: readonly Seen[]; readonly window: Awaited<ReturnType<typeof replayWindow>> }> {
  const seen: Seen[] = [];
  const past = history({ ...options, seen }, quiet);
  const to = monday + days;
  const { model } = await learn({ history: past, from: to - trainDays, to, unlearnable: nobody }, fakeRun());
  const window = await replayWindow({ history: past, model, day: to, trainDays, everyDays: 7, perDay, isWorkday, leftOut: nobody }, fakeRun());
  return { seen, window };
}

test('twenty working days, each scored before it was learned', async () => {
  const { window, seen } = await replayed({ updates: true });
  expect(window).toHaveLength(20);
  expect(window.every(({ day }) => isWorkday(day))).toBe(true);
  const known = new Set<number>();
  const early: number[] = [];
  for (const { did, days: of } of seen.slice(1)) {
    if (did === 'fit') known.clear();
    if (did === 'score') early.push(...of.filter((day) => known.has(day)));
    else for (const day of of) known.add(day);
  }
  expect(early).toEqual([]);
});

test('days of the past are scored by models with the settings that the model of today chose for itself', async () => {
  const { seen } = await replayed({ refits: true });
  expect(seen.filter(({ did }) => did === 'fit')).toHaveLength(1);
  expect(seen.filter(({ did }) => did === 'refit').length).toBeGreaterThan(3);
});

test('a working day on which hardly anybody did anything is not in the window', async () => {
  const quiet = [45, 46];
  const { window } = await replayed({}, { quiet });
  expect(window).toHaveLength(20);
  expect(window.map(({ day }) => day - monday)).not.toContain(45);
});

test('pairs that would have alerted are not learned for two weeks, as in production', async () => {
  const learned = async (perDay: number): Promise<number> => (await replayed({ updates: true }, { perDay })).seen.filter(({ did }) => did !== 'score').reduce((sum, { rows }) => sum + rows, 0);
  expect(await learned(20)).toBeLessThan(0.98 * (await learned(0.01)));
});
