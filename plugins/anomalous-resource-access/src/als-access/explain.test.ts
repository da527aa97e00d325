import { aRun } from '@byoml/core/testkit';
import type { Explanation } from '@byoml/core';
import { expect, test } from 'vitest';
import { accesses, compat, fitted, scored, tenants, type AccessRow } from './als.test.fixture.ts';

const { train, intra, inter } = tenants(2, 0.25);
const probe = [...train.filter((_, i) => i % 20 === 0), ...intra.filter((_, i) => i % 20 === 0), ...inter.filter((_, i) => i % 20 === 0)];

async function explained(settings: object, rows: readonly AccessRow[]): Promise<{ explanations: readonly Explanation[]; surprise: number[]; coldSurprise: number[] }> {
  const model = await fitted(settings, train);
  return { explanations: (await model.explain?.(accesses(rows), aRun())) ?? [], ...(await scored(model, rows)) };
}

test.each([['tuned', {}], ['compat', compat], ['explicit', { implicit: false, rank: 5 }]])('%s: the shares of the user\'s accesses sum to x·y, and x·y gives the surprise', async (_, settings) => {
  const { explanations, surprise } = await explained(settings, probe);
  for (const [i, { total, terms, reasons, explains }] of explanations.entries()) {
    const facts = reasons.at(-1)?.facts as { mean: number; deviation: number };
    expect(explains).toBe('surprise');
    expect(terms.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(total, 12);
    expect((facts.mean - total) / facts.deviation).toBeCloseTo(surprise[i] as number, 6);
  }
});

test('the accesses named are those of the user, in implicit mode all of them', async () => {
  const user = 'hr_user_0';
  const own = train.filter((row) => row.user === user && row.scope === '1').map(({ resource }) => resource);
  const { explanations } = await explained({}, [{ scope: '1', user, resource: 'fin_res_1' }]);
  expect(explanations[0]?.terms.map(({ from }) => from['access']).toSorted()).toEqual(own.toSorted());
});

test('a cold row explains coldSurprise, and says what is new', async () => {
  const { explanations, coldSurprise } = await explained({}, [{ scope: '0', user: 'new', resource: 'ffa' }, { scope: '0', user: 'hr_user_0', resource: 'new' }, { scope: 'nowhere', user: 'hr_user_0', resource: 'ffa' }]);
  expect(explanations.map(({ explains }) => explains)).toEqual(['coldSurprise', 'coldSurprise', 'coldSurprise']);
  expect(explanations.map(({ total }) => total)).toEqual(coldSurprise);
  expect(explanations.map(({ sentence }) => /since (.*);/.exec(sentence)?.[1])).toEqual([
    'the user is not in the training data',
    'the resource is not in the training data',
    'neither the user nor the resource is in the training data',
  ]);
});

test('a pair of the history is explained by the history', async () => {
  const history = [{ scope: '0', user: 'hr_user_0', resource: 'fin_res_1' }];
  const { explanations, surprise } = await explained({ history }, history);
  expect([explanations[0]?.total, surprise[0]]).toEqual([0, 0]);
  expect(explanations[0]?.sentence).toContain('history');
});
