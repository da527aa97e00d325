import { expect, test } from 'vitest';
import { randomFrom } from '../../random/index.ts';
import { distance } from '../fakes/distance.ts';
import { popularity, type PopularityOptions, type Seen } from '../fakes/popularity.ts';
import { fakeRelation, fakeRun, type FakeColumns } from '../fakes/relation.ts';
import { isWorkday } from '../table/days.ts';
import { train, type Trained, type TrainingRequest } from '../train.ts';
import { blockStart } from './replay-days.ts';

const monday = 20_003;

interface Log {
  readonly scope: string[];
  readonly user: string[];
  readonly resource: string[];
  readonly day: Int32Array;
}

/** Every day each user accesses some resources, often new ones. */
function log(days: number, { from = monday, users = 20, scope = '', seed = 3 } = {}): Log {
  const random = randomFrom(seed);
  const rows = Array.from({ length: days * users * 3 }, (_, i) => ({ day: from + Math.floor(i / (users * 3)), user: `u${i % users}`, resource: `r${Math.floor(400 * random.next() ** 2)}` }));
  return { scope: rows.map(() => scope), user: rows.map(({ user }) => user), resource: rows.map(({ resource }) => resource), day: Int32Array.from(rows, ({ day }) => day) };
}

const joined = (a: Log, b: Log): Log => ({ scope: [...a.scope, ...b.scope], user: [...a.user, ...b.user], resource: [...a.resource, ...b.resource], day: Int32Array.from([...a.day, ...b.day]) });

const trained = (columns: Log, options: PopularityOptions = {}, over: Partial<TrainingRequest> = {}): Promise<Trained> =>
  train({ ...popularity(options), settings: {}, relation: fakeRelation({ ...columns } as FakeColumns, 500), seed: 7, run: fakeRun(), code: { core: '1', plugin: '1' }, ...over });

test.each([false, true])('no day is learned before it is scored, and everything earlier is (updates: %o)', async (updates) => {
  const seen: Seen[] = [];
  const { provisional, calibrated } = await trained(log(45), { seen, updates });
  expect({ provisional, calibrated }).toEqual({ provisional: false, calibrated: true });
  let learned = new Set<number>();
  let scored = 0;
  for (const { did, days } of seen.slice(1)) {
    if (did === 'fit') learned = new Set(days);
    if (did === 'update') for (const day of days) learned.add(day);
    if (did !== 'score') continue;
    const [day] = days as [number];
    const until = updates ? day : blockStart(day, 7);
    expect([...learned].sort((a, b) => a - b)).toEqual(Array.from({ length: until - monday }, (_, i) => monday + i));
    expect(isWorkday(day)).toBe(true);
    scored++;
  }
  expect(scored).toBe(20);
});

test('the final model is fitted on everything', async () => {
  const seen: Seen[] = [];
  await trained(log(45), { seen });
  expect(seen[0]).toMatchObject({ did: 'fit', rows: 45 * 60 });
  expect(new Set(seen[0]?.days).size).toBe(45);
});

test.each([[7, 5], [1, 20], [14, 3]])('a model without update is fitted anew every %i days: %i fits over the window', async (cadenceDays, fits) => {
  const seen: Seen[] = [];
  await trained(log(60), { seen }, { cadenceDays });
  const replayed = seen.slice(1).filter(({ did }) => did === 'fit').length;
  expect(replayed).toBeLessThanOrEqual(fits);
  expect(replayed).toBeGreaterThanOrEqual(fits - 1);
});

test('candidates are distinct pairs a day that were not known: repeats count once', async () => {
  const once = log(45);
  const a = await trained(once);
  const b = await trained(joined(once, once));
  expect(b.calibration?.windows.get('')).toEqual(a.calibration?.windows.get(''));
  const window = a.calibration?.windows.get('');
  const distinctPairDays = new Set(once.user.map((user, row) => `${user} ${once.resource[row]} ${once.day[row]}`).filter((_, row) => window?.workingDays?.includes(once.day[row] as number))).size;
  expect(window?.classes.length).toBeLessThan(distinctPairDays);
  expect(window?.classes.length).toBeGreaterThan(200);
  expect(window?.workingDays).toHaveLength(20);
});

test.each([false, true])('a scope\'s window is the same with and without another scope of the same names and other days (updates: %o)', async (updates) => {
  const a = log(45, { scope: 'a' });
  const alone = await trained(a, { updates });
  const both = await trained(joined(log(75, { scope: 'b', from: monday - 10, seed: 9 }), a), { updates });
  expect(both.calibration?.windows.get('a')).toEqual(alone.calibration?.windows.get('a'));
  const short = await trained(joined(a, log(10, { scope: 'c', seed: 4 })), { updates });
  expect(short.calibration?.windows.get('a')).toEqual(alone.calibration?.windows.get('a'));
  expect(short.calibration?.windows.get('c')?.days).toBeNull();
  expect(short.provisional).toBe(true);
});

test('a row of count 0 is no access and no candidate', async () => {
  const a = log(45);
  const zeros = log(45, { seed: 8 });
  const count = Float64Array.from({ length: a.user.length * 2 }, (_, row) => Number(row < a.user.length));
  const both = await trained({ ...joined(a, zeros), count } as Log);
  const alone = await trained({ ...a, count: count.subarray(0, a.user.length) } as Log);
  expect(both.calibration?.windows.get('')).toEqual(alone.calibration?.windows.get(''));
});

test('where a row is its own unit, the window is all rows of its working days', async () => {
  const days = Int32Array.from({ length: 45 * 10 }, (_, i) => monday + Math.floor(i / 10));
  const columns = { x: Float64Array.from(days, (day, i) => (day * 31 + i * 17) % 11), day: days };
  const { calibration, provisional } = await train({ ...distance(), settings: {}, relation: fakeRelation(columns), seed: 7, run: fakeRun(), code: { core: '1', plugin: '1' } });
  expect(provisional).toBe(false);
  expect(calibration?.rows).toBe(200);
});

test('fewer than 25 days are calibrated without time', async () => {
  const { provisional, calibration, manifest } = await trained(log(20));
  expect(provisional).toBe(true);
  expect(calibration?.windows.get('')?.workingDays).toBeNull();
  expect(manifest.window).toEqual({ from: '2024-10-07', to: '2024-10-27' });
});

test('a signal stops the replay', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const progress = ({ unit, done }: { unit: string; done: number }): void => {
    if (unit === 'days replayed' && done === 3) stop.abort(reason);
  };
  const seen: Seen[] = [];
  await expect(trained(log(60), { seen }, { run: fakeRun({ signal: stop.signal, progress }) })).rejects.toBe(reason);
  expect(seen.filter(({ did }) => did === 'score')).toHaveLength(3);
});

test.each([45, 10])('a model that chooses settings for itself is calibrated by models with its own: no other fit (%i days)', async (days) => {
  const seen: Seen[] = [];
  const { calibrated } = await trained(log(days), { seen, refits: true });
  expect(calibrated).toBe(true);
  expect(seen.filter(({ did }) => did === 'fit')).toHaveLength(1);
  expect(seen.some(({ did }) => did === 'refit')).toBe(true);
});
