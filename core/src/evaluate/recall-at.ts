import { thresholds } from './thresholds.ts';

/** The largest share of positives above a threshold that at most `rate` of the negatives reach. NaN when either side is empty. */
export function recallAt(positives: Float64Array, negatives: Float64Array, rate: number): number {
  if (positives.length === 0 || negatives.length === 0) return Number.NaN;
  let recall = 0;
  for (const passed of thresholds(positives, negatives)) {
    if (passed.negatives / negatives.length > rate) break;
    recall = passed.positives / positives.length;
  }
  return recall;
}
