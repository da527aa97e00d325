import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphOf } from './build-graph.ts';
import { durationDays, halfLife } from './half-life.ts';
import { PairTable } from './pair-table.ts';

const edges = fc.uniqueArray(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 7 })), { maxLength: 24, selector: ([user, resource]) => user * 8 + resource });
const texts = Array.from({ length: 8 }, (_, i) => `n${i}`);
const graphIn = (pairs: readonly (readonly [number, number])[]) =>
  graphOf({ users: Int32Array.from(pairs, ([user]) => user), resources: Int32Array.from(pairs, ([, resource]) => resource), weights: new Float64Array(pairs.length).fill(1), userTexts: texts, resourceTexts: texts }, null);

/** Whether a path leads from a user to a resource, by spreading over the pairs until nothing changes. */
function reaches(pairs: readonly (readonly [number, number])[], user: number, resource: number): boolean {
  const [users, resources] = [new Set([user]), new Set<number>()];
  for (let before = -1; before < users.size + resources.size; ) {
    before = users.size + resources.size;
    for (const [u, r] of pairs) {
      if (users.has(u)) resources.add(r);
      if (resources.has(r)) users.add(u);
    }
  }
  return resources.has(resource);
}

test('connected is reachable, and a bridge is an edge without which its ends are not connected', () => {
  fc.assert(
    fc.property(edges, (pairs) => {
      const graph = graphIn(pairs);
      for (const [user, resource] of pairs) {
        for (const [, other] of pairs) expect(graph.connected(graph.users.id(`n${user}`), graph.resources.id(`n${other}`))).toBe(reaches(pairs, user, other));
        const rest = pairs.filter(([u, r]) => !(u === user && r === resource));
        expect(graph.isBridge(graph.edge(graph.users.id(`n${user}`), graph.resources.id(`n${resource}`)))).toBe(!reaches(rest, user, resource));
      }
    }),
  );
});

test('both directions of a graph hold the same edges, in ascending order', () => {
  fc.assert(
    fc.property(edges, (pairs) => {
      const { byUser, byResource, users, resources } = graphIn(pairs);
      const listed = ({ starts, columns }: typeof byUser, flip: boolean) =>
        Array.from({ length: starts.length - 1 }, (_, row) => [...columns.subarray(starts[row], starts[row + 1])].map((column) => (flip ? [column, row] : [row, column]))).flat().map(([u, r]) => `${users.texts[u as number]} ${resources.texts[r as number]}`);
      expect(listed(byUser, false)).toEqual(listed(byResource, true).toSorted());
      expect(listed(byUser, false)).toEqual(pairs.map(([u, r]) => `n${u} n${r}`).toSorted());
    }),
  );
});

test('a pair table numbers each pair once, through its growth', () => {
  const table = new PairTable();
  const pairs = Array.from({ length: 20_000 }, (_, i) => [i % 137, Math.floor(i / 137) * 1_000_003] as const);
  for (const [i, [user, resource]] of pairs.entries()) expect(table.number(user, resource)).toBe(i);
  for (const [i, [user, resource]] of pairs.entries()) expect(table.number(user, resource)).toBe(i);
  expect([table.size, table.users()[150], table.resources()[150]]).toEqual([20_000, 13, 1_000_003]);
});

test('a half-life is read as days from either spelling', () => {
  expect(['120d', '12h', '90m', 'P120D', 'P1W', 'PT36H', 'P1DT12H'].map(durationDays)).toEqual([120, 0.5, 0.0625, 120, 7, 1.5, 1.5]);
  expect(['', 'P', 'PT', '0d', '12', 'd', '-3d', '1y', '1e3d', 'NaNd'].filter((text) => halfLife().safeParse(text).success)).toEqual([]);
});
