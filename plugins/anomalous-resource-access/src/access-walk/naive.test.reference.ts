/** One access of the naive reference. */
export interface Access {
  readonly user: string;
  readonly resource: string;
  readonly count: number;
  readonly day?: number;
}

type Weights = Map<string, Map<string, number>>;

/** g = ln(1 + Σ count·2^(−age/h)), as written in the formula. */
function weigh(accesses: readonly Access[], halfLifeDays: number): Weights {
  const last = Math.max(...accesses.map(({ day }) => day ?? Number.NEGATIVE_INFINITY));
  const weights: Weights = new Map();
  for (const { user, resource, count, day } of accesses) {
    if (count === 0) continue;
    const row = weights.get(user) ?? new Map<string, number>();
    weights.set(user, row.set(resource, (row.get(resource) ?? 0) + count * (day === undefined ? 1 : 2 ** (-(last - day) / halfLifeDays))));
  }
  for (const row of weights.values()) for (const [resource, a] of row) row.set(resource, Math.log(1 + a));
  return weights;
}

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, number) => sum + number, 0);

/**
 * access-walk with no shortcut: the pair's edge is deleted from the graph, every degree summed anew, every path walked.
 * Written from the formulas of detection.md and settled 9 and nothing else, to check the fast form against.
 */
export function naiveSurprise(accesses: readonly Access[], user: string, resource: string, { b, halfLifeDays = 120 }: { b: number; halfLifeDays?: number }): number {
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
  return -Math.log(s + (1e-12 * (resourceDegree(resource) + Math.log(2))) / (everything + Math.log(2)));
}
