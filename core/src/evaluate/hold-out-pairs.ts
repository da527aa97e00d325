import { keyedHash } from '../random/index.ts';
import { pairKey } from './pair-lookup.ts';

export interface HoldOut {
  /** Share of the eligible distinct pairs to hide. */
  readonly share: number;
  /** Distinct pairs a user must have to lose any. */
  readonly minimum: number;
  /** Names behind the codes. With them the choice does not depend on how the rows were ordered or coded. */
  readonly names?: { readonly users: readonly string[]; readonly resources: readonly string[] };
}

/**
 * Which rows to hide: 1 for every row of a chosen pair, else 0. Chosen are `share` (rounded) of the distinct pairs of users
 * who have at least `minimum` of them, smallest keyed hash first, so a repeated pair is hidden in all its rows or in none.
 */
export function holdOutPairs(users: Int32Array, resources: Int32Array, seed: number, { share, minimum, names }: HoldOut = { share: 0.2, minimum: 5 }): Uint8Array {
  const firstRows = distinctRows(users, resources);
  const degrees = new Map<number, number>();
  for (const row of firstRows.values()) degrees.set(users[row] as number, (degrees.get(users[row] as number) ?? 0) + 1);
  const text = (code: number, side: 'users' | 'resources'): string => names?.[side][code] ?? String(code);
  const ranked = [...firstRows]
    .filter(([, row]) => (degrees.get(users[row] as number) as number) >= minimum)
    .map(([key, row]) => ({ key, hash: keyedHash(seed, text(users[row] as number, 'users'), text(resources[row] as number, 'resources')) }))
    .sort((a, b) => a.hash - b.hash || a.key - b.key);
  const chosen = new Set(ranked.slice(0, Math.round(share * ranked.length)).map(({ key }) => key));
  return Uint8Array.from(users, (user, i) => (chosen.has(pairKey(user, resources[i] as number)) ? 1 : 0));
}

function distinctRows(users: Int32Array, resources: Int32Array): Map<number, number> {
  const rows = new Map<number, number>();
  for (let i = 0; i < users.length; i++) {
    const key = pairKey(users[i] as number, resources[i] as number);
    if (!rows.has(key)) rows.set(key, i);
  }
  return rows;
}
