import { randomFrom } from '@byoml/core/random';
import { defaultShape } from '@byoml/core/samples';
import { aRun, memoryFiles } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { components } from '../graph/components.ts';
import { Names } from '../graph/names.ts';
import { accesses, compat, create, deviation, fitted, mean, scored, stream, tenants } from './als.test.fixture.ts';
import { complementSet } from './complement-set.ts';
import { alsAccess } from './definition.ts';
import { Factorisation } from './factorisation.ts';
import { readLikelihoods } from './likelihoods.ts';
import { originalParameters } from './original-parameters.ts';
import { linearlyScaled, standardScale } from './scales.ts';
import { resolved } from './settings.ts';
import { joined, scopeMatrix } from './training-matrix.ts';

/** What the original's own tests assert, by their numbers in anomalous-resource-access.md §6.1. */
const tenIterations = { ...compat, maxIterations: 10 };
const ofTenant = <T>(values: readonly T[], rows: ReadonlyArray<{ scope?: string | undefined }>, tenant: string): T[] => values.filter((_, i) => rows[i]?.scope === tenant);

test('1 · a user vector is normalised to [−x/σ, μ/σ, −1/σ]', () => {
  const [x, resources] = [[1, 1], [[2, 2], [4, 4]]];
  const { mean: mu, deviation: sigma } = standardScale(Float64Array.from(resources, (y) => y.reduce((sum, value, p) => sum + value * (x[p] as number), 0)));
  expect([mu, sigma]).toEqual([6, 2]);
  const vector = [...x.map((value) => -value / sigma), mu / sigma, -1 / sigma];
  expect(vector).toEqual([-0.5, -0.5, 3, -0.5]);
  expect(resources.map((y) => [...y, 1, 0].reduce((sum, value, p) => sum + value * (vector[p] as number), 0))).toEqual([1, -1]);
});

test('2 · training accesses score 0 on average and 1 in deviation, per tenant', async () => {
  const { train } = tenants(2, 0.25);
  const { surprise } = await scored(await fitted(tenIterations, train), train);
  expect(surprise).toHaveLength(train.length);
  for (const tenant of ['0', '1']) {
    const values = ofTenant(surprise, train, tenant);
    expect(Math.abs(mean(values))).toBeLessThan(1e-3);
    expect(Math.abs(deviation(values) - 1)).toBeLessThan(1e-3);
    expect(Math.min(...values)).toBeLessThan(-1e-3);
    expect(Math.max(...values)).toBeGreaterThan(1e-3);
  }
});

test('3 · pairs of the history score exactly 0, unless the history is not preserved', async () => {
  const { train } = tenants(2, 0.25);
  const history = train.map(({ scope = '', user, resource }) => ({ scope, user, resource }));
  expect(new Set((await scored(await fitted({ ...tenIterations, history }, train), train)).surprise)).toEqual(new Set([0]));
  expect(new Set((await scored(await fitted({ ...tenIterations, history, preserveHistory: false }, train), train)).surprise).size).toBeGreaterThan(1);
});

test('4 · accesses across departments score at least 2 above those within, per tenant', async () => {
  const { train, intra, inter } = tenants(2, 0.25);
  const model = await fitted(tenIterations, train);
  const [usual, odd] = [await scored(model, intra), await scored(model, inter)];
  for (const tenant of ['0', '1']) {
    const difference = mean(ofTenant(odd.surprise, inter, tenant)) - mean(ofTenant(usual.surprise, intra, tenant));
    expect(difference).toBeGreaterThanOrEqual(2);
  }
});

test('5 · the accesses of a tenant form one component with a shared resource, three without', async () => {
  const settings = resolved(alsAccess.settings.parse(compat));
  for (const [shared, expected] of [[true, 1], [false, 3]] as const) {
    const scopes = await readLikelihoods(stream(accesses(tenants(2, 0.25, { ...defaultShape, shared }).train)), settings, aRun());
    const matrix = joined(scopes.map((scope) => scopeMatrix(scope, settings, 1)));
    const users = matrix.cells.starts.length - 1;
    const resources = matrix.groups.reduce((sum, group) => sum + group.resources.size, 0);
    const factorisation = new Factorisation(matrix, { rank: 1, users: new Float64Array(users), resources: new Float64Array(resources) });
    expect(factorisation.clusters()).toBe(2 * expected);
  }
});

test('5 · a toy graph falls into {user0 … user3, res0 … res2} and {user4, res3}', () => {
  const toy = components({ starts: Int32Array.of(0, 1, 3, 5, 6, 7), columns: Int32Array.of(0, 0, 1, 1, 2, 2, 3), values: new Float64Array(7) }, 4);
  const [users, resources] = [[...toy.subarray(0, 5)], [...toy.subarray(5)]];
  expect(users).toEqual([users[0], users[0], users[0], users[0], users[4]]);
  expect(resources).toEqual([users[0], users[0], users[0], users[4]]);
  expect(users[4]).not.toBe(users[0]);
});

test('7 · explicit mode adds drawn negatives of strength 1, all of them across departments where departments are complete', async () => {
  const settings = resolved(alsAccess.settings.parse({ implicit: false, separateScopes: true }));
  const { train } = tenants(1, 1);
  const [scope] = await readLikelihoods(stream(accesses(train)), settings, aRun());
  const { cells, groups, observed } = scopeMatrix(scope as never, settings, 1);
  expect(cells.values.length).toBeGreaterThan(train.length);
  const department = (name: string): string => name.split('_')[0] as string;
  groups[0]?.users.texts.forEach((user, row) => {
    for (let cell = cells.starts[row] as number; cell < (cells.starts[row + 1] as number); cell++) {
      const resource = groups[0]?.resources.texts[cells.columns[cell] as number] as string;
      const across = resource !== 'ffa' && department(user) !== department(resource);
      expect([cells.values[cell] === 1, observed[cell] === 0]).toEqual([across, across]);
      expect(cells.values[cell]).toBeGreaterThanOrEqual(across ? 1 : 5);
      expect(cells.values[cell]).toBeLessThanOrEqual(10);
    }
  });
});

test.each([6, 4])('8 · the complement of a diagonal of %i is distinct, new and within bounds', (size) => {
  const diagonal = { users: Int32Array.from({ length: size }, (_, i) => i), resources: Int32Array.from({ length: size }, (_, i) => i) };
  const { users, resources } = complementSet(diagonal, 3, randomFrom(1));
  const pairs = [...users].map((user, i) => [user, resources[i] as number] as const);
  expect(pairs.length).toBeGreaterThan(0);
  expect(pairs.length).toBeLessThanOrEqual(3 * size);
  expect(new Set(pairs.map(String)).size).toBe(pairs.length);
  expect(pairs.every(([user, resource]) => user !== resource && Math.max(user, resource) < size && Math.min(user, resource) >= 0)).toBe(true);
});

test('8 · a factor of 0 draws nothing', () => {
  expect(complementSet({ users: Int32Array.of(0, 1), resources: Int32Array.of(0, 1) }, 0, randomFrom(1)).users).toHaveLength(0);
});

test('9 · linear scaling: 500 … 900 become 5 … 9, two values the ends, one value the middle', () => {
  expect([...linearlyScaled(Float64Array.of(500, 600, 700, 800, 900), 5, 9)]).toEqual([5, 6, 7, 8, 9]);
  expect([...linearlyScaled(Float64Array.of(500, 600), 1, 2)]).toEqual([1, 2]);
  expect([...linearlyScaled(Float64Array.of(700), 1, 2)]).toEqual([1.5]);
});

test('9 · standard scaling: two values become −1 and 1, one value 0', () => {
  const standardised = (...values: number[]): number[] => {
    const scale = standardScale(Float64Array.from(values));
    return values.map((value) => (value - scale.mean) / scale.deviation);
  };
  expect(standardised(3, 7)).toEqual([-1, 1]);
  expect(standardised(5)).toEqual([0]);
});

test('10 · ids are alphabetical per tenant, run on over tenants when joint, and lead back to the names', async () => {
  const settings = resolved(alsAccess.settings.parse(compat));
  const rows = [['b', 'zoe', 'x'], ['a', 'tom', 'y'], ['b', 'ann', 'x'], ['a', 'ann', 'x'], ['b', 'eve', 'z']].map(([scope = '', user = '', resource = '']) => ({ scope, user, resource }));
  const scopes = await readLikelihoods(stream(accesses(rows)), settings, aRun());
  const { groups } = joined(scopes.map((scope) => scopeMatrix(scope, settings, 1)));
  expect(groups.map(({ scope, users, firstUser, firstResource }) => [scope, users.texts, firstUser, firstResource])).toEqual([['a', ['ann', 'tom'], 0, 0], ['b', ['ann', 'eve', 'zoe'], 2, 2]]);
  expect(groups[1]?.users.texts.map((name) => groups[1]?.users.id(name))).toEqual([0, 1, 2]);
  expect(new Names(['ann']).id('nobody')).toBe(-1);
});

test('11 · a saved and loaded model scores the same', async () => {
  const { train, intra, inter } = tenants(2, 0.25);
  for (const settings of [tenIterations, {}, { implicit: false, rank: 4 }]) {
    const model = await fitted(settings, train);
    const files = memoryFiles();
    await model.save(files, aRun());
    expect(await scored(await create(settings).load(files, aRun()), [...intra, ...inter])).toEqual(await scored(model, [...intra, ...inter]));
  }
});

test('12 · each of the original\'s 17 parameters has its place here', () => {
  const original = ['tenantCol', 'userCol', 'resCol', 'likelihoodCol', 'outputCol', 'rankParam', 'maxIter', 'regParam', 'numBlocks', 'separateTenants', 'lowValue', 'highValue', 'applyImplicitCf', 'alphaParam', 'complementsetFactor', 'negScore', 'historyAccessDf'];
  expect(Object.keys(originalParameters).toSorted()).toEqual(original.toSorted());
  const described = Object.entries(originalParameters).map(([name, place]) => {
    if ('setting' in place) return (alsAccess.settings.shape[place.setting].description ?? '').includes(name);
    return !('column' in place) || place.column in alsAccess.input || place.column === 'surprise';
  });
  expect(described).toEqual(original.map(() => true));
});
