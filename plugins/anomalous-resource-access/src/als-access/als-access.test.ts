import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRun, fakeServices, recordingLogger } from '@byoml/core/testkit';
import { accesses, compat, create, fitted, scored, stream, tenants, type AccessRow } from './als.test.fixture.ts';
import { alsAccess } from './definition.ts';

const day = 86_400_000;
const row = (user: string, resource: string, more: Partial<AccessRow> = {}): AccessRow => ({ user, resource, ...more });
const anyRows = fc.array(
  fc.record({ scope: fc.constantFrom('', 'b'), user: fc.constantFrom('u1', 'u2', 'u3', 'u4', 'u5'), resource: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6'), count: fc.oneof(fc.nat(3), fc.constant(1e300), fc.constant(1e-300)) }),
  { minLength: 1, maxLength: 40 },
);
const everyPair: AccessRow[] = ['', 'b', 'nowhere'].flatMap((scope) => ['u1', 'u2', 'u3', 'u4', 'u5', 'new'].flatMap((user) => ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'new'].map((resource) => ({ scope, user, resource }))));

test.each([['tuned', {}], ['compat', compat], ['explicit', { implicit: false }], ['unscaled without ridge', { low: null, high: null, regularization: 0, likelihood: 'count' }]] as const)('%s: whatever it learned from, every answer is finite', async (_, settings) => {
  await fc.assert(
    fc.asyncProperty(anyRows, async (rows) => {
      const { surprise, coldSurprise, status } = await scored(await fitted({ ...settings, maxIterations: 5 }, rows), everyPair);
      expect([...surprise, ...coldSurprise].every(Number.isFinite)).toBe(true);
      expect(status).toHaveLength(everyPair.length);
    }),
    { numRuns: 60 },
  );
});

test.each([['tuned', {}], ['compat', compat]] as const)('%s: the order of the rows does not change a score', async (_, settings) => {
  const { train, intra, inter } = tenants(2, 0.25);
  const shuffled = train.map((access, i) => ({ access, at: (i * 7919) % train.length })).sort((a, b) => a.at - b.at).map(({ access }) => access);
  const [before, after] = [await scored(await fitted(settings, train), [...intra, ...inter]), await scored(await fitted(settings, shuffled), [...intra, ...inter])];
  before.surprise.forEach((value, i) => expect(after.surprise[i]).toBeCloseTo(value, 6));
});

test('the seed decides the answer', async () => {
  const { train, inter } = tenants(1, 0.25);
  const surprises = async (seed: number): Promise<number[]> => (await scored(await fitted(compat, train, seed), inter)).surprise;
  expect(await surprises(1)).toEqual(await surprises(1));
  expect(await surprises(1)).not.toEqual(await surprises(2));
});

test('compat says a name without factors fits like 0 (μ/σ) and a pair without path 1 worse, where the original said null and +∞', async () => {
  const { train } = tenants(1, 0.25, { users: { hr: 7, fin: 5, eng: 10 }, resources: { hr: 30, fin: 25, eng: 50 }, shared: false });
  const rows = [row('hr_user_0', 'fin_res_0', { scope: '0' }), row('nobody', 'fin_res_0', { scope: '0' }), row('hr_user_0', 'nothing', { scope: '0' }), row('nobody', 'nothing', { scope: '0' }), row('a', 'b', { scope: 'other' })];
  const { surprise, status } = await scored(await fitted(compat, train), rows);
  expect(status).toEqual(['unconnected', 'new-user', 'new-resource', 'new-both', 'new-both']);
  const ceiling = surprise[1] as number;
  expect(ceiling).toBeGreaterThan(5);
  expect(surprise).toEqual([ceiling + 1, ceiling, ceiling, ceiling, 0]);
});

test('known pairs get their z-score, and status known', async () => {
  const { train } = tenants(1, 0.25);
  const { surprise, status } = await scored(await fitted(compat, train), train);
  expect(new Set(status)).toEqual(new Set(['known']));
  expect(new Set(surprise).size).toBeGreaterThan(100);
});

test('cold rows are ordered by how few users of the scope use the resource', async () => {
  const rows = [row('a', 'popular'), row('b', 'popular'), row('c', 'popular'), row('c', 'rare'), row('a', 'own')];
  const { coldSurprise } = await scored(await fitted({}, rows), [row('new', 'popular'), row('new', 'rare'), row('new', 'unheard')]);
  expect(coldSurprise).toEqual([...coldSurprise].sort((x, y) => x - y));
  expect(coldSurprise[0]).toBeCloseTo(-Math.log(3.5 / 4), 12);
});

test('a history adds paths and takes nothing away', async () => {
  const rows = [row('a', 'x'), row('b', 'x'), row('c', 'y'), row('d', 'y')];
  const probe = [row('a', 'y'), row('b', 'x'), row('h', 'x'), row('h', 'w')];
  expect((await scored(await fitted(compat, rows), probe)).status).toEqual(['unconnected', 'known', 'new-user', 'new-both']);
  const history = [{ user: 'b', resource: 'w' }, { user: 'c', resource: 'w' }, { user: 'c', resource: 'w' }];
  expect((await scored(await fitted({ ...compat, history }, rows), probe)).status).toEqual(['scored', 'known', 'new-user', 'new-both']);
});

test('span: a strength is the count over the days of activity', async () => {
  const seen = (from: number, to: number): Partial<AccessRow> => ({ firstSeen: from * day, lastSeen: to * day });
  const spread = [row('a', 'x', { count: 6, ...seen(0, 2) }), row('a', 'y', { count: 1 }), row('b', 'y', { count: 4 }), row('b', 'x', { count: 2 })];
  const dense = [row('a', 'x', { count: 2 }), row('a', 'y', { count: 1 }), row('b', 'y', { count: 4 }), row('b', 'x', { count: 2 })];
  const repeated = [row('a', 'x', { count: 3, ...seen(0, 0.5) }), row('a', 'x', { count: 3, ...seen(2.2, 2.9) }), ...spread.slice(1)];
  const expected = await scored(await fitted(compat, dense), everyPair);
  expect(await scored(await fitted(compat, spread), everyPair)).toEqual(expected);
  expect(await scored(await fitted(compat, repeated), everyPair)).toEqual(expected);
  expect(await scored(await fitted({ ...compat, likelihood: 'count' }, spread), [row('a', 'x')])).not.toEqual(await scored(await fitted(compat, spread), [row('a', 'x')]));
});

test('a count of 0 is no access, and repeated rows add up', async () => {
  const rows = [row('a', 'x', { count: 3 }), row('a', 'y', { count: 1 }), row('b', 'x', { count: 2 })];
  const spelled = [row('a', 'x', { count: 1 }), row('c', 'z', { count: 0 }), row('a', 'y'), row('b', 'x', { count: 2 }), row('a', 'x', { count: 2 })];
  expect(await scored(await fitted({}, spelled), everyPair)).toEqual(await scored(await fitted({}, rows), everyPair));
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('a count of %d is refused by row', async (count) => {
  const rows = { ...accesses([row('a', 'x'), row('a', 'y')]), length: 2 };
  (rows.columns as unknown as { count: Float64Array }).count[1] = count;
  await expect(create().fit?.(stream(rows), aRun())).rejects.toMatchObject({ code: 'CELL_INVALID', details: { column: 'count', row: 2 } });
});

test.each([
  [{ low: 5, high: null }, 'both'],
  [{ low: 8, high: 7 }, 'above low'],
  [{ implicit: false, alpha: 2 }, 'alpha'],
  [{ complementFactor: 2 }, 'explicit'],
  [{ negativeScore: 1 }, 'explicit'],
  [{ implicit: false, negativeScore: 5 }, 'below low'],
])('settings %j are refused', (settings, because) => {
  expect(() => create(settings)).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringContaining(because) }));
});

test('scopes that share too few factors, one user, one resource and accesses that fit alike are warned of', async () => {
  const warned = async (settings: object, rows: AccessRow[]): Promise<string[]> => {
    const logger = recordingLogger();
    await alsAccess.create(alsAccess.settings.parse(settings), fakeServices(alsAccess.needs, { logger })).fit?.(stream(accesses(rows)), aRun());
    return logger.entries.map(({ message }) => message);
  };
  const scopes = (count: number): AccessRow[] => Array.from({ length: count }, (_, i) => [row('a', 'x', { scope: `${i}` }), row('a', 'y', { scope: `${i}`, count: 5 }), row('b', 'y', { scope: `${i}` })]).flat();
  expect(await warned({ ...compat, rank: 3 }, scopes(4))).toEqual([expect.stringContaining('4 unconnected clusters')]);
  expect(await warned({ ...compat, rank: 4 }, scopes(4))).toEqual([]);
  expect(await warned({}, [row('a', 'x'), row('a', 'y')])).toEqual([expect.stringContaining('one user')]);
  expect(await warned({}, [row('a', 'x'), row('b', 'x')])).toEqual([expect.stringContaining('one resource')]);
  expect(await warned({}, ['a', 'b'].flatMap((user) => [row(user, 'x'), row(user, 'y')]))).toEqual([expect.stringContaining('fit alike')]);
});

test('a fit stops between sweeps when told', async () => {
  const controller = new AbortController();
  let sweeps = 0;
  const progress = ({ unit }: { unit: string }): void => {
    if (unit === 'sweeps' && ++sweeps === 3) controller.abort(new Error('told to stop'));
  };
  const fitting = create({ ...compat, maxIterations: 1000, rank: 64 }).fit?.(stream(accesses(tenants(2, 0.25).train)), aRun({ signal: controller.signal, progress }));
  await expect(fitting).rejects.toThrow('told to stop');
  expect(sweeps).toBeLessThan(1000);
});
