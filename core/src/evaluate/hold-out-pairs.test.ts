import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdOutPairs } from './hold-out-pairs.ts';

const rows = fc.array(fc.tuple(fc.nat(6), fc.nat(9)), { maxLength: 80 });
const columns = (pairs: ReadonlyArray<readonly [number, number]>): [Int32Array, Int32Array] => [Int32Array.from(pairs, ([user]) => user), Int32Array.from(pairs, ([, resource]) => resource)];
const names = { users: Array.from({ length: 7 }, (_, i) => `u${i}`), resources: Array.from({ length: 10 }, (_, i) => `r${i}`) };

test('a fifth of the distinct pairs of users with at least five is hidden, and nothing of others', () => {
  fc.assert(
    fc.property(rows, fc.integer(), (pairs, seed) => {
      const hidden = holdOutPairs(...columns(pairs), seed);
      const distinct = new Map(pairs.map((pair, i) => [pair.join(), hidden[i] as number]));
      const degree = (user: string): number => [...distinct.keys()].filter((key) => key.split(',')[0] === user).length;
      const eligible = [...distinct].filter(([key]) => degree(key.split(',')[0] as string) >= 5);
      expect(eligible.filter(([, flag]) => flag === 1)).toHaveLength(Math.round(0.2 * eligible.length));
      expect([...distinct.values()].filter((flag) => flag === 1)).toHaveLength(Math.round(0.2 * eligible.length));
    }),
  );
});

test('a repeated pair is hidden in all its rows or in none', () => {
  fc.assert(
    fc.property(rows, fc.integer(), (pairs, seed) => {
      const hidden = holdOutPairs(...columns([...pairs, ...pairs]), seed);
      expect([...hidden.subarray(0, pairs.length)]).toEqual([...hidden.subarray(pairs.length)]);
    }),
  );
});

test('with names the choice follows the pairs, not the order of rows', () => {
  fc.assert(
    fc.property(rows, fc.integer(), (pairs, seed) => {
      const forward = holdOutPairs(...columns(pairs), seed, { share: 0.2, minimum: 5, names });
      const backward = holdOutPairs(...columns(pairs.toReversed()), seed, { share: 0.2, minimum: 5, names });
      expect([...backward].reverse()).toEqual([...forward]);
    }),
  );
});

test('codes may change when names stay', () => {
  const pairs = Array.from({ length: 50 }, (_, i) => [i % 5, i % 10] as const);
  const recoded = pairs.map(([user, resource]) => [4 - user, 9 - resource] as const);
  const reversed = { users: names.users.slice(0, 5).reverse(), resources: [...names.resources].reverse() };
  const minimum = 2;
  expect(holdOutPairs(...columns(recoded), 3, { share: 0.5, minimum, names: reversed })).toEqual(holdOutPairs(...columns(pairs), 3, { share: 0.5, minimum, names }));
});
