/** A working day with less than this part of the usual number of candidates is none. */
const quietPart = 0.2;
/** What is usual takes a few days to tell. */
const fewestDays = 5;

/**
 * Whether a day on which people should work is so quiet that it says nothing about the others: a holiday that no calendar lists,
 * a source that stopped. As a day without alerts it would move the correction and lower the thresholds of the twenty days after
 * it, and people would come back to half as many alerts again as they asked for.
 */
export function isQuiet(candidates: number, usual: readonly number[]): boolean {
  if (usual.length < fewestDays) return false;
  const median = usual.toSorted((a, b) => a - b)[Math.floor(usual.length / 2)] as number;
  return candidates < quietPart * median;
}
