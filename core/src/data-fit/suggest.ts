import { closestNames } from '../engine/index.ts';
import { synonymRank } from './synonyms.ts';

/** Where a column that the data lacks may be: names of the same meaning first, then those spelled most like it. */
export function suggestions(name: string, existing: readonly string[]): readonly string[] {
  const alike = existing
    .map((other) => ({ other, rank: synonymRank(name, other) }))
    .filter((one): one is { other: string; rank: number } => one.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .map(({ other }) => other);
  return [...new Set([...alike, ...closestNames(name, existing)])];
}

/** The best suggestion of each name that is not also that of an earlier one. */
export function mappingFor(missing: readonly string[], existing: readonly string[]): ReadonlyMap<string, string> {
  const free = new Set(existing);
  const found = new Map<string, string>();
  for (const name of missing) {
    const best = suggestions(name, [...free])[0];
    if (best === undefined) continue;
    free.delete(best);
    found.set(name, best);
  }
  return found;
}
