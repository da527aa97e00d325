/**
 * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half
 * (Mann–Whitney U by mid-ranks). Higher = odder = positive. NaN when either side is empty.
 */
export function auc(positives: Float64Array, negatives: Float64Array): number {
  const high = positives.toSorted();
  const low = negatives.toSorted();
  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const value of high) {
    while (below < low.length && (low[below] as number) < value) below++;
    while (notAbove < low.length && (low[notAbove] as number) <= value) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (high.length * low.length);
}
