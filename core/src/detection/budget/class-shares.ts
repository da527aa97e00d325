/** The least part of a budget that a class with candidates gets. */
const leastShare = 0.05;

/**
 * How a budget is split between classes: each gets its part of the window's candidates, but a class that has any gets at
 * least .05; what that takes is taken from the others in proportion, so that the shares sum to 1. No candidates, no shares.
 */
export function classShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const raised = new Set<number>();
  for (;;) {
    const unraised = counts.reduce((sum, count, at) => sum + (raised.has(at) ? 0 : count), 0);
    const scale = (1 - leastShare * raised.size) / unraised;
    const low = counts.findIndex((count, at) => count > 0 && !raised.has(at) && count * scale < leastShare);
    if (low === -1 || total === 0) return counts.map((count, at) => (raised.has(at) ? leastShare : count === 0 ? 0 : count * scale));
    raised.add(low);
  }
}
