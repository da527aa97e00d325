import { ByomlError } from '../contracts/errors.ts';

/** COLUMNS_MISSING that names the table, what lacks, and the existing names that come closest. */
export function columnsMissing(table: string, missing: readonly string[], existing: readonly string[]): ByomlError {
  const closest = Object.fromEntries(missing.map((name) => [name, closestNames(name, existing)]));
  const told = missing.map((name) => `"${name}"${hint(closest[name] ?? [])}`).join(', ');
  const noun = missing.length === 1 ? 'column' : 'columns';
  return new ByomlError('COLUMNS_MISSING', `${table}: no ${noun} ${told}; it has ${existing.length === 0 ? 'none' : existing.map((name) => `"${name}"`).join(', ')}`, { details: { table, missing, existing, closest } });
}

const hint = (names: readonly string[]): string => (names.length === 0 ? '' : ` (closest: ${names.map((name) => `"${name}"`).join(', ')})`);

/** Up to three existing names within half of the name's length of it, closest first; letter case and separators count nothing. */
export const closestNames = (name: string, existing: readonly string[]): readonly string[] =>
  existing
    .map((other) => ({ other, distance: editDistance(folded(name), folded(other)) }))
    .filter(({ other, distance }) => distance <= Math.max(name.length, other.length) / 2)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ other }) => other);

const folded = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]/gu, '');

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}
