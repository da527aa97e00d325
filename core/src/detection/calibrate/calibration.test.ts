import { expect, test } from 'vitest';
import { distance } from '../fakes/distance.ts';
import { popularity } from '../fakes/popularity.ts';
import { fakeRelation, fakeRun, type FakeColumns } from '../fakes/relation.ts';
import type { AlgorithmComponent } from '../component.ts';
import { randomFrom, type Random } from '../../random/index.ts';
import { score } from '../score.ts';
import { train, type Trained } from '../train.ts';

const trained = (component: AlgorithmComponent, columns: FakeColumns): Promise<Trained> =>
  train({ ...component, settings: {}, relation: fakeRelation(columns), seed: 7, run: fakeRun(), code: { core: '1', plugin: '1' } });

async function pOf(component: AlgorithmComponent, { model, calibration }: Trained, columns: FakeColumns): Promise<number[]> {
  const values: number[] = [];
  const scored = await score({ component, model, calibration, relation: fakeRelation(columns), run: fakeRun() });
  for await (const { columns: answered } of scored.batches) values.push(...((answered as Record<string, unknown>)['pValue'] as Iterable<number>));
  return values;
}

const shareBelow = (values: readonly number[], p: number): number => values.filter((value) => value <= p).length / values.length;

test('rows that are no pairs: a fifth is held out, and benign rows have p ≤ α about α of the time', async () => {
  const random = randomFrom(11);
  const normal = (n: number): FakeColumns => ({ x: Float64Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())) });
  const component = distance();
  const result = await trained(component, normal(20_000));
  expect(Math.abs((result.calibration?.rows ?? 0) - 4000)).toBeLessThan(250);
  const values = await pOf(component, result, normal(40_000));
  for (const alpha of [0.01, 0.05, 0.5]) expect(Math.abs(shareBelow(values, alpha) / alpha - 1)).toBeLessThan(3 / Math.sqrt(alpha * 4000));
});

/** New accesses of known users to known resources, drawn as the training accesses were. */
function pairs(n: number, random: Random, known: Set<string>): FakeColumns {
  const user: string[] = [];
  const resource: string[] = [];
  while (user.length < n) {
    const u = `u${random.below(300)}`;
    const r = `r${Math.floor(1000 * random.next() ** 2)}`;
    if (known.has(`${u} ${r}`)) continue;
    known.add(`${u} ${r}`);
    user.push(u);
    resource.push(r);
  }
  return { user, resource };
}

test.each([false, true])('undated pairs: benign new accesses have p ≤ .01 near .01 of the time (scoreErased: %o)', async (erased) => {
  const random = randomFrom(12);
  const known = new Set<string>();
  const component = popularity({ erased });
  const result = await trained(component, pairs(25_000, random, known));
  const values = await pOf(component, result, pairs(10_000, random, known));
  expect(shareBelow(values, 0.01)).toBeGreaterThan(0.005);
  expect(shareBelow(values, 0.01)).toBeLessThan(0.018);
});

test('timed pairs: on the days after training, benign new accesses have p ≤ .01 near .01 of the time', async () => {
  const random = randomFrom(13);
  const known = new Set<string>();
  const dated = (from: number, days: number): FakeColumns => {
    const made = pairs(days * 300, random, known);
    return { ...made, day: Int32Array.from({ length: days * 300 }, (_, i) => from + Math.floor(i / 300)) };
  };
  const component = popularity();
  const result = await trained(component, dated(20_003, 60));
  expect(result).toMatchObject({ provisional: false });
  const values = await pOf(component, result, dated(20_063, 12));
  expect(shareBelow(values, 0.01)).toBeGreaterThan(0.004);
  expect(shareBelow(values, 0.01)).toBeLessThan(0.02);
});
