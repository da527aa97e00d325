/** How many letters must be inserted, removed or replaced to turn `a` into `b` (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}

/** At most three of `names` that somebody who wrote `wanted` may have meant, the nearest first. */
const nearest = (wanted: string, names: readonly string[]): string[] =>
  names
    .map((name) => ({ name, far: name.includes(wanted) || wanted.includes(name) ? 1 : distance(wanted.slice(0, 200), name) }))
    .filter(({ name, far }) => far <= Math.max(2, name.length / 3))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);

/** `; nearest: a, b`, or nothing. */
export const nearestText = (wanted: string, names: readonly string[]): string => {
  const found = nearest(wanted, names);
  return found.length === 0 ? '' : `; nearest: ${found.join(', ')}`;
};
