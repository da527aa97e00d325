import type { Random } from '../../random/index.ts';

/** One of the list, which must not be empty. */
export const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)] as T;

/** A whole number from `low` to `high`, both included. */
export const between = (random: Random, low: number, high: number): number => low + random.below(high - low + 1);

/** Standard normal (Box–Muller). */
export const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Log-normal with the given mean (not median) and standard deviation of the logarithm. */
export const logNormal = (random: Random, mean: number, sigma: number): number => mean * Math.exp(sigma * normal(random) - (sigma * sigma) / 2);

/** Gamma of shape 2: the sum of two exponentials. */
export const gammaOfTwo = (random: Random, scale: number): number => -scale * Math.log((1 - random.next()) * (1 - random.next()));

/** Poisson (Knuth's product; means here stay well under a hundred). */
export function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}

/** The list in a random order (Fisher–Yates). */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/** A place in a list of `length`, the first places most often: weight 1/(place + 1)^exponent. Answers −1 for an empty list. */
export function zipfPlace(random: Random, length: number, exponent: number): number {
  let sum = 0;
  for (let i = 1; i <= length; i++) sum += i ** -exponent;
  let left = random.next() * sum;
  for (let i = 1; i <= length; i++) if ((left -= i ** -exponent) < 0) return i - 1;
  return length - 1;
}

/** A key of the table, by weight. */
export function byWeight<K extends string>(random: Random, weights: Readonly<Record<K, number>>): K {
  const entries = Object.entries(weights) as Array<[K, number]>;
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
  return (entries.at(-1) as [K, number])[0];
}
