/**
 * How well a budget of `perDay` alerts can be kept at all, to be said beside small budgets. Over `days` working days the number
 * of alerts above the k-th largest of the equally long window before, k = perDay·days, has mean k and variance 2k (its own
 * chance and the threshold's; normal approximation). Independent candidates under a rolling threshold do better, bursts worse.
 */
export interface Attainable {
  /** Probability that the mean of `days` days is within ±20 % of the budget. */
  readonly within20Percent: number;
  /** The relative half-width that the mean keeps with probability .95. */
  readonly band95: number;
}

export function attainable(perDay: number, days = 20): Attainable {
  const relativeDeviation = Math.sqrt(2 / (perDay * days));
  return { within20Percent: erf(0.2 / relativeDeviation / Math.SQRT2), band95: 1.959964 * relativeDeviation };
}

/** The error function for x ≥ 0, within 1.5e-7 (Abramowitz and Stegun 7.1.26). */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  return 1 - t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
}
