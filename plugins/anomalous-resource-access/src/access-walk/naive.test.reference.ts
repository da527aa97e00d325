import type { AccessRow } from '../graph/tables.test.fixture.ts';

type Weights = Map<string, Map<string, number>>;

/** g = ln(1 + Σ count·2^(−age/h)), as written in the formula. */
function weigh(accesses: readonly AccessRow[], halfLifeDays: number): Weights {
  const last = Math.max(...accesses.map(({ day }) => day ?? Number.NEGATIVE_INFINITY));
  const weights: Weights = new Map();
  for (const { user, resource, count = 1, day } of accesses) {
    if (count === 0) continue;
    const row = weights.get(user) ?? new Map<string, number>();
    weights.set(user, row.set(resource, (row.get(resource) ?? 0) + count * (day === undefined ? 1 : 2 ** (-(last - day) / halfLifeDays))));
  }
  for (const row of weights.values()) for (const [resource, a] of row) row.set(resource, Math.log1p(a));
  return weights;
}

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, number) => sum + number, 0);

/**
 * access-walk with no shortcut: the pair's edge is deleted from the graph, every degree summed anew, every path walked.
 * Written from the formulas of detection.md and settled 9 and nothing else, to check the fast form against.
 */
export function naiveWalk(accesses: readonly AccessRow[], { user, resource }: AccessRow, b: number, halfLifeDays = 120): { readonly s: number; readonly floor: number; readonly surprise: number } {
  const g = weigh(accesses, halfLifeDays);
  g.get(user)?.delete(resource);
  const users = [...g.keys()];
  const weight = (u: string, r: string): number => g.get(u)?.get(r) ?? 0;
  const userDegree = (u: string): number => total(g.get(u)?.values() ?? []);
  const resourceDegree = (r: string): number => total(users.map((u) => weight(u, r)));
  const everything = total(users.map(userDegree));
  let paths = 0;
  for (const [shared, own] of g.get(user) ?? []) {
    for (const peer of users) {
      if (peer === user || shared === resource) continue;
      const term = own * weight(peer, shared) * weight(peer, resource);
      if (term > 0) paths += term / (resourceDegree(shared) * userDegree(peer));
    }
  }
  const power = (x: number, exponent: number): number => (x === 0 ? 0 : x ** exponent);
  const s = paths * power(userDegree(user), -1 / 2) * power(resourceDegree(resource), -b);
  const floor = (1e-12 * (resourceDegree(resource) + Math.log(2))) / (everything + Math.log(2));
  return { s, floor, surprise: -Math.log(s + floor) };
}
