/**
 * The k-th largest of ascending values; between two ranks, between the two values, so that a small change of k is a small
 * change of the threshold. A k below 1 counts as 1: nothing is extrapolated beyond the largest value, and a class is never
 * silenced for good. A k above the number of values gives −∞: everything is within the budget. No values give +∞.
 */
export function kthLargest(ascending: Float64Array, k: number): number {
  const { length } = ascending;
  if (length === 0) return Infinity;
  if (k > length) return -Infinity;
  const rank = Math.max(1, k);
  const upper = ascending[length - Math.floor(rank)] as number;
  const lower = ascending[length - Math.ceil(rank)] as number;
  return upper + (rank - Math.floor(rank)) * (lower - upper);
}
