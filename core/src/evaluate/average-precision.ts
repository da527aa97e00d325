import { thresholds } from './thresholds.ts';

/**
 * Average precision Σ (Rₙ − Rₙ₋₁)·Pₙ as if every positive stood among `negativesPerPositive` negatives, whatever the two
 * samples' sizes are; chance is 1/(1 + negativesPerPositive). NaN when either side is empty.
 */
export function averagePrecision(positives: Float64Array, negatives: Float64Array, negativesPerPositive = 100): number {
  if (positives.length === 0 || negatives.length === 0) return Number.NaN;
  let sum = 0;
  let recall = 0;
  for (const passed of thresholds(positives, negatives)) {
    const found = passed.positives / positives.length;
    const wrong = (passed.negatives / negatives.length) * negativesPerPositive;
    sum += (found - recall) * (found / (found + wrong));
    recall = found;
  }
  return sum;
}
