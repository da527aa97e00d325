/** (1 + #{calibration ≥ surprise}) / (n + 1) over ascending values; in (0, 1]. The rank p-value of conformal prediction (Vovk et al., 2005). */
export const pValue = (ascending: Float64Array, surprise: number): number => (1 + ascending.length - firstAtLeast(ascending, surprise)) / (ascending.length + 1);

/** 100·(1 − p). */
export const scoreOf = (p: number): number => 100 * (1 - p);

/** How many of the ascending values are below `value`. */
export function firstAtLeast(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
