import { randomFrom, type Random } from '../random/index.ts';
import { pairKey, type Pairs } from './pair-lookup.ts';

const tries = 200;

/**
 * The hard negatives: the rows' resources re-assigned among the same rows, as if credentials had been swapped, so both
 * marginals stay. No pair that exists, none twice; rows that cannot be placed are left out.
 */
export function credentialSwap(users: Int32Array, resources: Int32Array, exists: (user: number, resource: number) => boolean, seed: number): Pairs {
  const random = randomFrom(seed);
  const swap = new Swap(users, shuffled(resources, random), exists);
  for (let i = 0; i < users.length; i++) swap.repair(i, random);
  return swap.placed();
}

function shuffled(values: Int32Array, random: Random): Int32Array {
  const result = values.slice();
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j] as number, result[i] as number];
  }
  return result;
}

class Swap {
  readonly #users: Int32Array;
  readonly #resources: Int32Array;
  readonly #exists: (user: number, resource: number) => boolean;
  readonly #times = new Map<number, number>();

  constructor(users: Int32Array, resources: Int32Array, exists: (user: number, resource: number) => boolean) {
    this.#users = users;
    this.#resources = resources;
    this.#exists = exists;
    for (let i = 0; i < users.length; i++) this.#count(i, 1);
  }

  /** Exchanges row i's resource with that of other rows until both rows are good, or gives up on it. */
  repair(i: number, random: Random): void {
    for (let attempt = 0; attempt < tries && !this.#good(i); attempt++) {
      const j = random.below(this.#users.length);
      const wasGood = this.#good(j);
      this.#exchange(i, j);
      if (!this.#good(i) || (wasGood && !this.#good(j))) this.#exchange(i, j);
    }
  }

  placed(): Pairs {
    const rows: number[] = [];
    const taken = new Set<number>();
    for (let i = 0; i < this.#users.length; i++) {
      const key = this.#key(i);
      if (this.#existsAt(i) || taken.has(key)) continue;
      taken.add(key);
      rows.push(i);
    }
    return { users: Int32Array.from(rows, (i) => this.#users[i] as number), resources: Int32Array.from(rows, (i) => this.#resources[i] as number) };
  }

  #good(i: number): boolean {
    return this.#times.get(this.#key(i)) === 1 && !this.#existsAt(i);
  }

  #existsAt(i: number): boolean {
    return this.#exists(this.#users[i] as number, this.#resources[i] as number);
  }

  #exchange(i: number, j: number): void {
    this.#count(i, -1);
    this.#count(j, -1);
    [this.#resources[i], this.#resources[j]] = [this.#resources[j] as number, this.#resources[i] as number];
    this.#count(i, 1);
    this.#count(j, 1);
  }

  #count(i: number, change: number): void {
    const key = this.#key(i);
    this.#times.set(key, (this.#times.get(key) ?? 0) + change);
  }

  #key(i: number): number {
    return pairKey(this.#users[i] as number, this.#resources[i] as number);
  }
}
