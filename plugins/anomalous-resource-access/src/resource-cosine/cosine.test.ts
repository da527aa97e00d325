import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRun, memoryFiles, replay } from '@byoml/core/testkit';
import { datedGraph, difference, everyPair, fitted, saved, scored, scoredErased, table, undatedGraph, type AccessRow } from '../graph/tables.test.fixture.ts';
import { resourceCosine } from './definition.ts';

const cosine = () => resourceCosine.create(resourceCosine.settings.parse({}), {});
const graphs = fc.oneof(undatedGraph, datedGraph);

/** 1 − Σ_j R(u,j)·S(j,r)/Σ_j |S(j,r)| over the binary matrix without the pair, 0/0 := 0, as sentinel.md §8.4 reads. */
function naive(accesses: readonly AccessRow[], { user, resource }: AccessRow): number {
  const others = accesses.filter((row) => (row.count ?? 1) > 0 && !(row.user === user && row.resource === resource));
  const users = [...new Set(others.map((row) => row.user))];
  const used = (u: string, r: string) => (others.some((row) => row.user === u && row.resource === r) ? 1 : 0);
  const dot = (a: string, b: string) => users.reduce((sum, u) => sum + used(u, a) * used(u, b), 0);
  let [top, bottom] = [0, 0];
  for (const other of new Set(others.map((row) => row.resource))) {
    const norm = Math.sqrt(dot(other, other) * dot(resource, resource));
    const similarity = norm === 0 ? 0 : dot(other, resource) / norm;
    top += used(user, other) * similarity;
    bottom += similarity;
  }
  return 1 - (bottom === 0 ? 0 : top / bottom);
}

test('every pair scores as the formula says, without the rule that flags what is known', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (accesses) => {
      const model = await fitted(cosine(), accesses);
      const { surprise } = await scored(model, everyPair);
      expect(surprise.every(Number.isFinite)).toBe(true);
      expect(difference(surprise, everyPair.map((pair) => naive(accesses, pair)))).toBeLessThan(1e-9);
      expect((await scoredErased(model, everyPair)).surprise).toEqual(surprise);
    }),
  );
});

test('the terms of an explanation sum to the prediction, which is 1 − surprise', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (accesses) => {
      const model = await fitted(cosine(), accesses);
      const explanations = await model.explain!(table(everyPair), aRun());
      const totals = explanations.map(({ terms }) => 1 - terms.reduce((sum, { value }) => sum + value, 0));
      expect(difference(totals, (await scored(model, everyPair)).surprise)).toBeLessThan(1e-9);
    }),
  );
});

test('saved and loaded, or learned in two parts, it answers the same', async () => {
  await fc.assert(
    fc.asyncProperty(undatedGraph, undatedGraph, async (first, second) => {
      const updated = await (await fitted(cosine(), first)).update!(replay(table(second)), aRun());
      const again = await cosine().load(memoryFiles(await saved(updated)), aRun());
      expect(await scored(again, everyPair)).toEqual(await scored(await fitted(cosine(), [...first, ...second]), everyPair));
    }),
  );
});
