/** Values moved linearly so that their range becomes low … high; all in the middle when they do not differ. */
export function linearlyScaled(values: Float64Array, low: number, high: number): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most === least) return values.map(() => (low + high) / 2);
  return values.map((value) => low + ((value - least) / (most - least)) * (high - low));
}

/** Mean and population standard deviation; `deviation` is 1 where values do not differ. */
export interface StandardScale {
  readonly mean: number;
  readonly deviation: number;
}

/** Relative differences below this come from rounding and from where a solver stops. */
const noise = 1e-6;

export function standardScale(values: Float64Array): StandardScale {
  if (values.length === 0) return { mean: 0, deviation: 1 };
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  return { mean, deviation: deviation > noise * Math.abs(mean) ? deviation : 1 };
}
