import { auc } from '@byoml/core/evaluate';
import { expect, test } from 'vitest';
import { compat, fitted, mean, scored, tenants } from './als.test.fixture.ts';

/** The independent re-implementation's numbers, anomalous-resource-access.md §6.2, as the mean of 5 seeds. All sets include the shared resource. */
async function outcome(count: number, settings: object): Promise<{ intra: number; inter: number; difference: number; auc: number; training: number }> {
  const { train, intra, inter } = tenants(count, 0.25);
  const found: number[][] = [];
  for (let seed = 0; seed < 5; seed++) {
    const model = await fitted(settings, train, seed);
    const [usual, odd, known] = [await scored(model, intra), await scored(model, inter), await scored(model, train)];
    found.push([mean(usual.surprise), mean(odd.surprise), auc(Float64Array.from(odd.surprise), Float64Array.from(usual.surprise)), mean(known.surprise)]);
  }
  const [usual, odd, area, training] = [0, 1, 2, 3].map((i) => mean(found.map((values) => values[i] as number))) as [number, number, number, number];
  return { intra: usual, inter: odd, difference: odd - usual, auc: area, training };
}

const expectNear = (found: number, reference: number, tolerance: number): void => expect(Math.abs(found - reference), `${found}, reference ${reference}`).toBeLessThan(tolerance);

test('two tenants jointly, ten sweeps', async () => {
  const found = await outcome(2, { ...compat, maxIterations: 10 });
  expectNear(found.intra, 1.9, 0.15);
  expectNear(found.inter, 9.1, 0.3);
  expectNear(found.difference, 7.3, 0.3);
});

test('ten tenants jointly collapse, since they share ten factors; separately they do not', async () => {
  const [joint, separate] = [await outcome(10, compat), await outcome(10, { ...compat, separateScopes: true })];
  expectNear(joint.auc, 0.888, 0.02);
  expectNear(joint.difference, 2.07, 0.3);
  expectNear(separate.auc, 0.963, 0.005);
  expectNear(separate.difference, 6.81, 0.15);
});

test('explicit mode centres training accesses at 0, where the original\'s negatives pulled them to −0.95', async () => {
  const found = await outcome(2, { rank: 10, regularization: 1, separateScopes: false, likelihood: 'span', implicit: false, maxIterations: 10 });
  expect(found.training).toBeCloseTo(0, 6);
  expect(found.difference).toBeGreaterThan(2);
});
