const size = 624;
const middle = 397;

/** The MT19937 generator (Matsumoto and Nishimura, 1998), seeded by a key (`init_by_array`), read like Python's `random.Random`. */
export class MersenneTwister {
  readonly #state = new Uint32Array(size);
  #next = size;

  constructor(key: readonly number[]) {
    this.#fill(19650218);
    this.#mixIn(key);
  }

  /** 32 random bits. */
  bits(): number {
    if (this.#next === size) this.#generate();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A whole number from `low` to `high`, both included: the top bits of a draw, drawn again while they are too large. */
  integer(low: number, high: number): number {
    const count = high - low + 1;
    const shift = Math.clz32(count);
    let value: number;
    do value = this.bits() >>> shift;
    while (value >= count);
    return low + value;
  }

  #fill(seed: number): void {
    this.#state[0] = seed;
    for (let i = 1; i < size; i++) this.#state[i] = Math.imul(1812433253, this.#folded(i - 1)) + i;
  }

  #mixIn(key: readonly number[]): void {
    let i = 1;
    for (let k = 0; k < Math.max(size, key.length); k++) {
      const j = k % key.length;
      this.#state[i] = ((this.#state[i] as number) ^ Math.imul(this.#folded(i - 1), 1664525)) + (key[j] as number) + j;
      i = this.#after(i);
    }
    for (let k = 1; k < size; k++) {
      this.#state[i] = ((this.#state[i] as number) ^ Math.imul(this.#folded(i - 1), 1566083941)) - i;
      i = this.#after(i);
    }
    this.#state[0] = 0x80000000;
  }

  #folded(i: number): number {
    const value = this.#state[i] as number;
    return value ^ (value >>> 30);
  }

  #after(i: number): number {
    if (i + 1 < size) return i + 1;
    this.#state[0] = this.#state[size - 1] as number;
    return 1;
  }

  #generate(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % size] as number) & 0x7fffffff);
      state[i] = (state[(i + middle) % size] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
