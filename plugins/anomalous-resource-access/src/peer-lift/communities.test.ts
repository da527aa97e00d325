import { expect, test } from 'vitest';
import { graphOf } from '../graph/build-graph.ts';
import type { AccessGraph } from '../graph/access-graph.ts';
import { communities } from './communities.ts';

/** Three teams of ten with ten resources each, every member using seven, and a resource that everybody uses. */
function teams(order: (i: number) => number = (i) => i): AccessGraph {
  const pairs = Array.from({ length: 30 }, (_, user) => [...Array.from({ length: 7 }, (_, i) => [user, Math.floor(user / 10) * 10 + ((user * 3 + i) % 10)] as const), [user, 30] as const]).flat();
  const shuffled = pairs.map((_, i) => pairs[order(i)] as readonly [number, number]);
  return graphOf(
    {
      users: Int32Array.from(shuffled, ([user]) => user),
      resources: Int32Array.from(shuffled, ([, resource]) => resource),
      weights: new Float64Array(pairs.length).fill(1),
      userTexts: Array.from({ length: 30 }, (_, user) => `team${Math.floor(user / 10)}-${user}`),
      resourceTexts: Array.from({ length: 31 }, (_, resource) => `share${resource}`),
    },
    null,
  );
}

test('teams that share resources are found, whatever the seed', () => {
  const expected = Array.from({ length: 30 }, (_, user) => Math.floor(user / 10));
  for (let seed = 0; seed < 10; seed++) expect([...communities(teams(), seed)]).toEqual(expected);
});

test('the same seed gives the same communities, in whatever order the pairs came', () => {
  expect(communities(teams((i) => (i * 7) % 240), 3)).toEqual(communities(teams(), 3));
});

test('an empty graph has no communities', () => {
  expect(communities(graphOf({ users: new Int32Array(0), resources: new Int32Array(0), weights: new Float64Array(0), userTexts: [], resourceTexts: [] }, null), 1).length).toBe(0);
});
