import fc from 'fast-check';
import { expect, test } from 'vitest';
import { credentialSwap } from './credential-swap.ts';
import { pairLookup } from './pair-lookup.ts';

const graph = fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 40, selector: ([u, r]) => `${u} ${r}` }).map((pairs) => ({
  users: Int32Array.from(pairs, ([user]) => user),
  resources: Int32Array.from(pairs, ([, resource]) => resource),
}));

const counts = (codes: Int32Array): Map<number, number> => {
  const result = new Map<number, number>();
  for (const code of codes) result.set(code, (result.get(code) ?? 0) + 1);
  return result;
};

const within = (part: Int32Array, whole: Int32Array): boolean => [...counts(part)].every(([code, times]) => times <= (counts(whole).get(code) ?? 0));

test('a swapped pair never exists and never repeats, and nobody gets more rows than they gave', () => {
  fc.assert(
    fc.property(graph, fc.integer(), ({ users, resources }, seed) => {
      const exists = pairLookup({ users, resources });
      const swapped = credentialSwap(users, resources, exists, seed);
      const keys = [...swapped.users].map((user, i) => `${user} ${swapped.resources[i]}`);
      expect(keys.some((_, i) => exists(swapped.users[i] as number, swapped.resources[i] as number))).toBe(false);
      expect(new Set(keys).size).toBe(keys.length);
      expect(within(swapped.users, users) && within(swapped.resources, resources)).toBe(true);
    }),
  );
});

test('a sparse graph keeps both marginals exactly', () => {
  const users = Int32Array.from({ length: 400 }, (_, i) => i % 100);
  const resources = Int32Array.from({ length: 400 }, (_, i) => (i * 7) % 90);
  const swapped = credentialSwap(users, resources, pairLookup({ users, resources }), 1);
  expect(swapped.users.toSorted()).toEqual(users.toSorted());
  expect(swapped.resources.toSorted()).toEqual(resources.toSorted());
});

test('a complete graph leaves nothing to swap', () => {
  const users = Int32Array.of(0, 0, 1, 1);
  const resources = Int32Array.of(0, 1, 0, 1);
  expect(credentialSwap(users, resources, pairLookup({ users, resources }), 1).users).toHaveLength(0);
});

test('the seed decides the swap', () => {
  const users = Int32Array.from({ length: 60 }, (_, i) => i);
  const swap = (seed: number): Int32Array => credentialSwap(users, users, (u, r) => u === r, seed).resources;
  expect(swap(1)).toEqual(swap(1));
  expect(swap(1)).not.toEqual(swap(2));
});
