import access from '@byoml/anomalous-resource-access';
import { accessColumns, kind, type AlgorithmDefinition, type Alert, type Engine, type Model, type RuleTemplateDefinition } from '@byoml/core';
import { explain, surpriseWithout, type Calibration } from '@byoml/core/detection';
import { aRun, fakeServices, replay, table } from '@byoml/core/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, trained } from './access-pipeline.ts';

const component = <D>(of: string, id: string): D => access.components.find((one) => one[kind] === of && one.id === id) as D;
const walk = component<AlgorithmDefinition>('algorithm', 'access-walk');
const rule = component<RuleTemplateDefinition>('rule-template', 'unusual-access');

interface AccessRow {
  readonly user: string;
  readonly resource: string;
  readonly count: number;
  readonly day: number;
}
type Pair = Pick<AccessRow, 'user' | 'resource'>;

/** A path of the formula of access-walk: user → shared → peer → resource, with its share of s. */
interface Path {
  readonly peer: string;
  readonly resource: string;
  readonly share: number;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, one) => all + one, 0);

/** Every path and the floor, from the formula alone: s = Σ g_uj·g_vj·g_vr/(d_j·d_v)·(d_u − g_ur)^(−1/2)·(d_r − g_ur)^(−b), without the pair's own edge. */
function pathsOf(rows: readonly AccessRow[], pair: Pair, b: number): { readonly paths: Path[]; readonly floor: number } {
  const last = Math.max(...rows.map(({ day }) => day));
  const weights = new Map<string, number>();
  const key = (user: string, resource: string): string => `${user}|${resource}`;
  for (const { user, resource, count, day } of rows) weights.set(key(user, resource), (weights.get(key(user, resource)) ?? 0) + count * 2 ** (-(last - day) / 120));
  weights.delete(key(pair.user, pair.resource));
  const g = (user: string, resource: string): number => Math.log1p(weights.get(key(user, resource)) ?? 0);
  const [users, resources] = [[...new Set(rows.map(({ user }) => user))], [...new Set(rows.map(({ resource }) => resource))]];
  const ofUser = (user: string): number => sum(resources.map((resource) => g(user, resource)));
  const ofResource = (resource: string): number => sum(users.map((user) => g(user, resource)));
  const power = (x: number, exponent: number): number => (x === 0 ? 0 : x ** exponent);
  const scale = power(ofUser(pair.user), -1 / 2) * power(ofResource(pair.resource), -b);
  const paths = users
    .filter((peer) => peer !== pair.user)
    .flatMap((peer) => resources.filter((resource) => resource !== pair.resource).map((resource) => ({ peer, resource, share: 0 })))
    .map(({ peer, resource }) => ({ peer, resource, share: g(pair.user, resource) * g(peer, resource) * g(peer, pair.resource) }))
    .filter(({ share }) => share > 0)
    .map(({ peer, resource, share }) => ({ peer, resource, share: (share * scale) / (ofResource(resource) * ofUser(peer)) }));
  return { paths, floor: (1e-12 * (ofResource(pair.resource) + Math.LN2)) / (sum(users.map(ofUser)) + Math.LN2) };
}

const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) <= 1e-9 * Math.max(Number.MIN_VALUE, Math.abs(expected));

const fit = async (rows: readonly AccessRow[], b: number): Promise<Model> => {
  const model = await walk.create(walk.settings.parse({ b }), fakeServices(walk.needs)).fit?.(replay(table(walk.input, rows as never) as never), aRun());
  return model as Model;
};

const name = (letter: string, count: number) => fc.integer({ min: 0, max: count - 1 }).map((i) => `${letter}${i}`);
const graphs = fc.array(fc.record({ user: name('u', 6), resource: name('r', 5), count: fc.integer({ min: 1, max: 50 }), day: fc.integer({ min: 20_000, max: 20_200 }) }), { minLength: 12, maxLength: 45 });

test('without a peer, a resource or both, s and the surprise are what the path formula gives without those paths', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(graphs, name('u', 6), name('r', 5), fc.constantFrom(0.5, 0.75, 1), async (rows, user, resource, b) => {
      const model = await fit(rows, b);
      const [explanation] = (await model.explain?.(table(walk.input, [{ user, resource }] as never) as never, aRun())) ?? [];
      if (explanation?.explains !== 'surprise') return;
      const { paths, floor } = pathsOf(rows, { user, resource }, b);
      for (const { peer, resource: shared } of paths) {
        const evidences: Readonly<Record<string, string>>[] = [{ peer }, { resource: shared }, { peer, resource: shared }];
        for (const evidence of evidences) {
          const left = paths.filter((path) => (evidence['peer'] !== undefined && path.peer !== evidence['peer']) || (evidence['resource'] !== undefined && path.resource !== evidence['resource']));
          const [expected, found] = [sum(left.map(({ share }) => share)), surpriseWithout(explanation, evidence, null)];
          expect(near(found.total, expected), `s without ${JSON.stringify(evidence)}: ${found.total}, not ${expected}`).toBe(true);
          expect(near(found.removed + found.total, explanation.total)).toBe(true);
          expect(near(found.surprise?.after ?? Number.NaN, -Math.log(expected + floor))).toBe(true);
          compared += 1;
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(500);
});

let engine: Engine;
beforeAll(async () => void (engine = await openEngine()));
afterAll(() => engine[Symbol.asyncDispose]());

const firstDay = 20_668;

/** Two departments of twenty over sixty days: ten shares each, one for all, a new share of their own for somebody every other day. */
function office(): AccessRow[] {
  const rows: AccessRow[] = [];
  for (let day = 0; day < 60; day++) {
    if (day % 7 > 4) continue;
    for (let person = 0; person < 40; person++) {
      const department = person < 20 ? 'sales' : 'plant';
      const at = (share: number): void => void rows.push({ user: `DOM\\${department}${person}`, resource: `\\\\FS1\\${department}-${share}`, count: 1 + (day % 3), day: firstDay + day });
      at(person % 5);
      if (person % 8 === day % 8) at((person * 7 + Math.floor(day / 3)) % 10);
      if (person % 4 === day % 4) rows.push({ user: `DOM\\${department}${person}`, resource: '\\\\FS1\\wiki', count: 1, day: firstDay + day });
    }
  }
  return rows;
}

async function relationOf(rows: readonly AccessRow[]) {
  return engine.open({ kind: 'batches', batches: replay(table(accessColumns, rows as never) as never), name: 'office' }, aRun());
}

test('from scored rows to an alert and to what it is without its evidence', async () => {
  const model = await trained(walk, await relationOf(office()));
  const asked = [{ user: 'DOM\\sales1', resource: '\\\\FS1\\plant-3', count: 2, day: firstDay + 61 }, { user: 'DOM\\sales1', resource: '\\\\FS1\\sales-1', count: 2, day: firstDay + 61 }];
  const explained = await explain({ ...model, relation: await relationOf(asked), rows: [1, 2], run: aRun() });
  const scored = explained.map(({ values, surprise, pValue, score, status }) => ({ ...values, scope: '', surprise, pValue, score, status }));
  const alerts: Alert[] = [...rule.create(rule.settings.parse({ alertAt: 0.5 }))(scored as never)];
  expect(explained.map(({ status }) => status)).toEqual(['scored', 'known']);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.message).toContain(`${explained[0]?.context} is as unusual.`);
  expect(alerts[0]?.entities).toEqual({ account: 'DOM\\sales1', resource: '\\\\FS1\\plant-3' });

  const [odd] = explained as [(typeof explained)[number], unknown];
  const row = { surprise: odd.surprise, pValue: odd.pValue as number, pOf: (surprise: number) => (model.calibration as Calibration).of('').p(0, surprise, Number.NaN) };
  expect(row.pOf(row.surprise)).toBe(row.pValue);
  const through = odd.explanation.terms[0]?.from as Readonly<Record<string, string>>;
  expect(through).toMatchObject({ resource: '\\\\FS1\\wiki' });
  const rest = surpriseWithout(odd.explanation, { resource: '\\\\FS1\\wiki' }, row);
  // Nothing but the wiki links the two departments: without it no path is left.
  expect(rest.total).toBe(0);
  expect(rest.surprise?.after).toBeGreaterThan(20);
  expect(rest.pValue?.after).toBeLessThanOrEqual(rest.pValue?.before as number);
  const one = surpriseWithout(odd.explanation, { peer: through['peer'] as string }, row);
  expect(one.surprise?.after).toBeGreaterThan(row.surprise);
  expect(one.surprise?.after).toBeLessThan(rest.surprise?.after as number);
});
