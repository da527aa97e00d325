import { GrowingFloats, GrowingInts } from './growing.ts';
import { PairTable } from './pair-table.ts';

/** The day of an access whose row has none. */
export const undated = -0x80000000;

/** The accesses of one scope, added up by pair; with days, also row by row, since decay counts from a last day that only the end of the pass knows. */
export class Accesses {
  readonly pairs = new PairTable();
  /** The largest day; `undated` when no row has one. */
  lastDay = undated;
  #sums = new Float64Array(1024);
  readonly #loggedPairs = new GrowingInts();
  readonly #loggedDays = new GrowingInts();
  readonly #loggedCounts = new GrowingFloats();

  add(user: number, resource: number, count: number, day: number): void {
    this.reach(day);
    if (count === 0) return;
    const pair = this.pairs.number(user, resource);
    if (day === undated) return this.#sum(pair, count);
    this.#loggedPairs.push(pair);
    this.#loggedDays.push(day);
    this.#loggedCounts.push(count);
  }

  /** The scope's rows go up to this day or further. */
  reach(day: number): void {
    if (day > this.lastDay) this.lastDay = day;
  }

  /** a_ur of every pair at day `until` (settled 7): Σ count·2^(−(until − day)/halfLife) over rows up to that day; rows without a day do not decay. */
  weights(halfLifeDays: number, until = this.lastDay): Float64Array {
    const weights = new Float64Array(this.pairs.size);
    weights.set(this.#sums.subarray(0, Math.min(weights.length, this.#sums.length)));
    const pairs = this.#loggedPairs.view();
    const days = this.#loggedDays.view();
    const counts = this.#loggedCounts.view();
    const factors = new Map<number, number>();
    for (let i = 0; i < pairs.length; i++) {
      const age = until - (days[i] as number);
      if (age < 0) continue;
      let factor = factors.get(age);
      if (factor === undefined) factors.set(age, (factor = 2 ** (-age / halfLifeDays)));
      weights[pairs[i] as number] = (weights[pairs[i] as number] as number) + (counts[i] as number) * factor;
    }
    return weights;
  }

  /** The first day of every pair; `undated` for a pair with rows without a day. */
  firstDays(): Int32Array {
    const first = new Int32Array(this.pairs.size).fill(0x7fffffff);
    const pairs = this.#loggedPairs.view();
    const days = this.#loggedDays.view();
    for (let i = 0; i < pairs.length; i++) first[pairs[i] as number] = Math.min(first[pairs[i] as number] as number, days[i] as number);
    for (let pair = 0; pair < first.length; pair++) if ((this.#sums[pair] ?? 0) > 0) first[pair] = undated;
    return first;
  }

  #sum(pair: number, count: number): void {
    if (pair >= this.#sums.length) {
      const wider = new Float64Array(Math.max(pair + 1, this.#sums.length * 2));
      wider.set(this.#sums);
      this.#sums = wider;
    }
    this.#sums[pair] = (this.#sums[pair] as number) + count;
  }
}
