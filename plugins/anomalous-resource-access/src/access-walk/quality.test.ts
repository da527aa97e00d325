import { expect, test } from 'vitest';
import type { Algorithm } from '@byoml/core';
import { aRun, replay } from '@byoml/core/testkit';
import { accessTable, arrivals, emails, haveRealData, meanOfSeeds, quality, realData, realDataNames, referenceSplit, split, type Quality, type RealDataName, type Split } from '../graph/real-data.test.fixture.ts';
import { resourceCosine } from '../resource-cosine/definition.ts';
import { accessWalk } from './definition.ts';
import { exponents, settings, type Settings } from './settings.ts';

const walk = (b: Settings['b'] = 'auto'): Algorithm => accessWalk.create(settings.parse({ b }), {});

async function measured(algorithm: Algorithm, parts: Split, texts: readonly string[], seed: number): Promise<Quality> {
  return quality(await algorithm.fit!(replay(accessTable(parts.training, texts)), aRun({ seed })), parts, texts);
}

/** AUC under credential swap, mean of five seeds, less .01: measured with the exponent that the scope chose itself. */
const least: Readonly<Record<RealDataName, number>> = { apj: 0.962, emea: 0.833, fire2: 0.99, email: 0.836 };
/** AUC of the independent re-implementation with b = ½ (detection.md, reference numbers). */
const reference: Readonly<Record<RealDataName, number>> = { apj: 0.985, emea: 0.878, fire2: 1, email: 0.863 };

for (const name of realDataNames) {
  const data = haveRealData ? realData(name) : undefined;
  const parts = new Map<number, Split>();
  /** Mean AUC of five seeds; a split is made once, since swaps of dense pairs take long to find. */
  const auc = (algorithm: () => Algorithm, divide = split): Promise<number> =>
    meanOfSeeds(async (seed) => {
      const part = divide === split ? (parts.get(seed) ?? split(data!, seed)) : divide(data!, seed);
      if (divide === split) parts.set(seed, part);
      return (await measured(algorithm(), part, data!.texts, seed)).auc;
    });

  test.skipIf(!haveRealData)(`${name}: tells held-out accesses from swapped ones, better than resource-cosine`, { timeout: 240_000 }, async () => {
    const found = await auc(walk);
    expect(found).toBeGreaterThan(least[name]);
    expect(found).toBeGreaterThan(await auc(() => resourceCosine.create(resourceCosine.settings.parse({}), {})));
  });

  test.skipIf(!haveRealData)(`${name}: the self-chosen exponent is within .005 AUC of the best`, { timeout: 240_000 }, async () => {
    const fixed = [];
    for (const b of exponents) fixed.push(await auc(() => walk(b)));
    expect(await auc(walk)).toBeGreaterThan(Math.max(...fixed) - 0.005);
  });

  test.skipIf(!haveRealData)(`${name}: as good as the independent re-implementation on negatives made its way`, { timeout: 240_000 }, async () => {
    expect(Math.abs((await auc(() => walk(0.5), referenceSplit)) - reference[name])).toBeLessThan(0.02);
  });
}

test.skipIf(!haveRealData)('dated e-mails: the exponent chosen by replay is within .005 AUC of the best for the pairs that come', async () => {
  const mail = emails();
  const parts = arrivals(mail, 110, 1);
  const day = mail.days.filter((at) => at < 110);
  const auc = async (b: Settings['b']): Promise<number> => (await quality(await walk(b).fit!(replay(accessTable(parts.training, mail.texts, { day })), aRun()), parts, mail.texts)).auc;
  const fixed = [];
  for (const b of exponents) fixed.push(await auc(b));
  expect(parts.positives.resources.length).toBeGreaterThan(1000);
  expect(await auc('auto')).toBeGreaterThan(Math.max(...fixed) - 0.005);
  expect(await auc('auto')).toBeGreaterThan(0.8);
  expect(await auc('auto')).toBeLessThan(0.9);
});
