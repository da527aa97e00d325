import { appendFileSync } from 'node:fs';
import plugin from '@byoml/anomalous-resource-access';
import { kind, type AlgorithmDefinition, type Batch, type Model } from '@byoml/core';
import { auc } from '@byoml/core/evaluate';
import { cybermlSample, type CybermlSampleName } from '@byoml/core/samples';
import { aRun, fakeServices, replay } from '@byoml/core/testkit';
import { expect, test } from 'vitest';

const als = plugin.components.find((component) => component[kind] === 'algorithm' && component.id === 'als-access') as AlgorithmDefinition;
const seeds = Array.from({ length: 10 }, (_, seed) => seed);

interface Outcome {
  readonly intra: number;
  readonly inter: number;
  /** inter − intra, with the shared resource as in the original's test. */
  readonly difference: number;
  /** Without the shared resource. */
  readonly auc: number;
}

const mean = (values: Iterable<number>): number => {
  const list = [...values];
  return list.reduce((sum, value) => sum + value, 0) / list.length;
};

async function outcome(name: CybermlSampleName, settings: object, seed: number): Promise<Outcome> {
  const { train, intra, inter } = cybermlSample(name);
  const model = (await als.create(als.settings.parse({ ...als.profiles?.['compat'], ...settings }), fakeServices(als.needs)).fit?.(replay(train), aRun({ seed }))) as Model;
  const surprises = async (rows: Batch): Promise<{ all: Float64Array; unshared: Float64Array }> => {
    const all = ((await model.score(rows, aRun())).columns as unknown as { surprise: Float64Array }).surprise;
    const resources = [...(rows.columns as unknown as { resource: Iterable<string> }).resource];
    return { all, unshared: all.filter((_, row) => resources[row] !== 'ffa') };
  };
  const [usual, odd] = [await surprises(intra as never), await surprises(inter as never)];
  return { intra: mean(usual.all), inter: mean(odd.all), difference: mean(odd.all) - mean(usual.all), auc: auc(odd.unshared, usual.unshared) };
}

async function average(name: CybermlSampleName, settings: object = {}): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) outcomes.push(await outcome(name, settings, seed));
  const of = (part: keyof Outcome): number => mean(outcomes.map((one) => one[part]));
  const means = { intra: of('intra'), inter: of('inter'), difference: of('difference'), auc: of('auc') };
  if (process.env['BYOML_PROOF'] !== undefined) appendFileSync(process.env['BYOML_PROOF'], `${JSON.stringify({ [name]: means })}\n`);
  return means;
}

function expectWithin(value: number, [least, most]: readonly [number, number]): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}

test('compat on the default sample is as the reference run: mean of 10 seeds', async () => {
  const found = await average('default');
  expectWithin(found.auc, [0.97, 1]);
  expectWithin(found.difference, [6.3, 7.4]);
});

test('compat on the notebook sample is as the reference run: mean of 10 seeds', async () => {
  const found = await average('notebook');
  expectWithin(found.intra, [0.85, 1.05]);
  expectWithin(found.inter, [14.1, 14.4]);
  expectWithin(found.difference, [13.1, 13.5]);
  expectWithin(found.auc, [0.999, 1]);
});

test('rank 3 fits the three departments of the default sample, rank 2 does not: mean of 10 seeds', async () => {
  expectWithin((await average('default', { rank: 3 })).auc, [0.995, 1]);
  expectWithin((await average('default', { rank: 2 })).auc, [0.8, 0.96]);
});
