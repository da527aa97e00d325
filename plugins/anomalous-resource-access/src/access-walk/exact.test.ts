import fc from 'fast-check';
import { expect, test } from 'vitest';
import { datedGraph, difference, everyPair, fitted, scored, undatedGraph, type AccessRow } from '../graph/tables.test.fixture.ts';
import { accessWalk } from './definition.ts';
import { naiveWalk } from './naive.test.reference.ts';
import { exponents, settings, type Settings } from './settings.ts';

const walk = (over: Partial<Settings>) => accessWalk.create(settings.parse(over), {});
const fixed = fc.constantFrom(...exponents);

async function expectExact(accesses: readonly AccessRow[], over: Partial<Settings> & { b: number }): Promise<void> {
  const { surprise } = await scored(await fitted(walk(over), accesses), everyPair);
  const expected = everyPair.map((pair) => naiveWalk(accesses, pair, over.b).surprise);
  expect(surprise.every(Number.isFinite)).toBe(true);
  expect(difference(surprise, expected)).toBeLessThan(1e-9);
}

for (const [kind, graphs] of [['undated', undatedGraph], ['dated', datedGraph]] as const) {
  test(`every pair scores as the formula says, ${kind}, with fewer hubs than resources and with more`, async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fixed, fc.constantFrom(0, 2, 64), (accesses, b, hubs) => expectExact(accesses, { b, hubs })),
      { numRuns: 200 },
    );
  });
}

const at = (user: string, resource: string, count = 1): AccessRow => ({ user, resource, count });
const block = ['u0', 'u1', 'u2'].flatMap((user) => ['r0', 'r1', 'r2'].map((resource) => at(user, resource)));

const cases: Readonly<Record<string, readonly AccessRow[]>> = {
  'a home share with one user': [...block, at('u0', 'r3', 9)],
  'a user with one access': [...block, at('u3', 'r0')],
  'a user and a resource that only know each other': [...block, at('u3', 'r3')],
  'an empty graph': [at('u0', 'r0', 0)],
  'one access': [at('u0', 'r0')],
  'one user': [at('u0', 'r0'), at('u0', 'r1', 5)],
  'one resource': [at('u0', 'r0'), at('u1', 'r0', 5)],
  'constant counts': block,
  'two components': [...block, at('u5', 'r5'), at('u5', 'r6'), at('u6', 'r5')],
  'a weight that hides all others': [...block, at('u0', 'r3', 1e300), at('u1', 'r3', 1e-9), at('u0', 'r4', 1e-9), at('u1', 'r4', 1e-9)],
};
for (const [name, accesses] of Object.entries(cases)) {
  for (const b of exponents) test(`exact and finite with b = ${b}: ${name}`, () => expectExact(accesses, { b }));
}

test('accesses hundreds of half-lives old leave every score finite', async () => {
  const accesses = [...block.map((row) => ({ ...row, day: 0 })), ...block.map((row, i) => ({ ...row, user: `v${i % 4}`, day: 10 * i })), { ...at('u0', 'v0'), day: 9000 }];
  const { surprise, coldSurprise } = await scored(await fitted(walk({ halfLife: '1d' }), accesses), [...everyPair, at('v0', 'r0')]);
  expect([...surprise, ...(coldSurprise ?? [])].every(Number.isFinite)).toBe(true);
});

test('a new user, a new resource, both, and another component keep the order of rarity', async () => {
  const accesses = [...block, at('u5', 'r5'), at('u6', 'r5'), at('u6', 'r6')];
  const { surprise, status } = await scored(await fitted(walk({ b: 0.5 }), accesses), [at('stranger', 'r0'), at('stranger', 'r6'), at('u0', 'nowhere'), at('stranger', 'nowhere'), at('u0', 'r5')]);
  expect(status).toEqual(['new-user', 'new-user', 'new-resource', 'new-both', 'unconnected']);
  expect(surprise[0]).toBeLessThan(surprise[1] as number);
  expect(surprise[1]).toBeLessThan(surprise[2] as number);
  expect(surprise[2]).toBe(surprise[3]);
});
