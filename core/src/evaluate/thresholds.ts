/** How many of each side score at or above a threshold. */
export interface Threshold {
  readonly positives: number;
  readonly negatives: number;
}

/** One point per distinct score, highest first; tied rows pass a threshold together. */
export function* thresholds(positives: Float64Array, negatives: Float64Array): Iterable<Threshold> {
  const high = positives.toSorted();
  const low = negatives.toSorted();
  let i = high.length;
  let j = low.length;
  while (i > 0 || j > 0) {
    const score = Math.max(high[i - 1] ?? -Infinity, low[j - 1] ?? -Infinity);
    while (i > 0 && (high[i - 1] as number) >= score) i--;
    while (j > 0 && (low[j - 1] as number) >= score) j--;
    yield { positives: high.length - i, negatives: low.length - j };
  }
}
