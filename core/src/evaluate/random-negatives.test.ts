import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairLookup, type Pairs } from './pair-lookup.ts';
import { popularityNegatives, uniformNegatives } from './random-negatives.ts';

const graph = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 40 }).map((pairs) => ({
  users: Int32Array.from(pairs, ([user]) => user),
  resources: Int32Array.from(pairs, ([, resource]) => resource),
}));

function expectNew(drawn: Pairs, exists: (user: number, resource: number) => boolean): void {
  const keys = [...drawn.users].map((user, i) => `${user} ${drawn.resources[i]}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.some((_, i) => exists(drawn.users[i] as number, drawn.resources[i] as number))).toBe(false);
}

test('uniform negatives are new pairs among the known users and resources', () => {
  fc.assert(
    fc.property(graph, fc.integer(), (pairs, seed) => {
      const exists = pairLookup(pairs);
      const drawn = uniformNegatives(20, pairs, exists, seed);
      expectNew(drawn, exists);
      expect([...drawn.users].every((user) => pairs.users.includes(user)) && [...drawn.resources].every((resource) => pairs.resources.includes(resource))).toBe(true);
    }),
  );
});

test('popularity negatives keep the users and draw resources as often as training does', () => {
  const resources = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const heldOut = { users: Int32Array.from({ length: 5000 }, (_, i) => i), resources: new Int32Array(5000) };
  const drawn = popularityNegatives(heldOut, { users: new Int32Array(1000), resources }, () => false, 1);
  expect(drawn.users).toEqual(heldOut.users);
  expect(drawn.resources.filter((resource) => resource === 1).length / 5000).toBeCloseTo(0.1, 1);
});

test('a complete graph has no negatives', () => {
  const pairs = { users: Int32Array.of(0, 0, 1, 1), resources: Int32Array.of(0, 1, 0, 1) };
  expect(uniformNegatives(3, pairs, pairLookup(pairs), 1).users).toHaveLength(0);
  expect(popularityNegatives(pairs, pairs, pairLookup(pairs), 1).users).toHaveLength(0);
});
