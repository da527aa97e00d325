const slack = 1e-12;
/** Sweeps of coordinate descent where A is singular, which only a ridge of 0 allows. */
const sweeps = 100;

/** Solves small symmetric systems under x ≥ 0, again and again in the same memory. */
export class NonNegativeSolver {
  readonly #rank: number;
  readonly #factor: Float64Array;
  readonly #solution: Float64Array;
  readonly #support: Int32Array;
  #size = 0;

  constructor(rank: number) {
    this.#rank = rank;
    this.#factor = new Float64Array(rank * rank);
    this.#solution = new Float64Array(rank);
    this.#support = new Int32Array(rank);
  }

  /**
   * Minimises ½xᵀAx − bᵀx over x ≥ 0 in place, for symmetric positive semidefinite A, row by row: the active-set method of Lawson and
   * Hanson (1974) with normal equations (Bro and de Jong 1997), begun from the coordinates that are positive in `x`. Exact up to rounding.
   */
  minimise(a: Float64Array, b: Float64Array, x: Float64Array): void {
    for (let change = 0; change < 10 * this.#rank; change++) {
      if (!this.#settle(a, b, x)) return this.#descend(a, b, x);
      const steepest = this.#steepest(a, b, x);
      if (steepest < 0) return;
      // Tiny, so that it enters the support without moving x.
      x[steepest] = Number.MIN_VALUE;
    }
  }

  /** Solves A_PP z = b_P over the P where x > 0; `solution` gives z. False when A_PP is not positive definite. */
  solvePositive(a: Float64Array, b: Float64Array, x: Float64Array): boolean {
    this.#size = 0;
    for (let p = 0; p < this.#rank; p++) if ((x[p] as number) > 0) this.#support[this.#size++] = p;
    if (!this.#decompose(a)) return false;
    this.#substitute(b);
    return true;
  }

  /** Writes the last solution over all coordinates, zero outside P. */
  solution(into: Float64Array): void {
    into.fill(0);
    for (let i = 0; i < this.#size; i++) into[this.#support[i] as number] = this.#solution[i] as number;
  }

  /** Moves x to the minimum over its positive coordinates, dropping those that reach 0 on the way. False when that is not defined. */
  #settle(a: Float64Array, b: Float64Array, x: Float64Array): boolean {
    for (;;) {
      if (!this.solvePositive(a, b, x)) return false;
      const blocking = this.#firstToVanish(x);
      if (blocking < 0) {
        this.solution(x);
        return true;
      }
      this.#moveUntil(blocking, x);
    }
  }

  /** The position in the support that reaches 0 first on the way from x to the solution; −1 when none does. */
  #firstToVanish(x: Float64Array): number {
    let [first, least] = [-1, Number.POSITIVE_INFINITY];
    for (let i = 0; i < this.#size; i++) {
      const [from, to] = [x[this.#support[i] as number] as number, this.#solution[i] as number];
      const step = from / (from - to);
      if (to <= 0 && step < least) [first, least] = [i, step];
    }
    return first;
  }

  #moveUntil(blocking: number, x: Float64Array): void {
    const coordinate = this.#support[blocking] as number;
    const from = x[coordinate] as number;
    const step = from / (from - (this.#solution[blocking] as number));
    for (let i = 0; i < this.#size; i++) {
      const p = this.#support[i] as number;
      x[p] = Math.max(0, (x[p] as number) + step * ((this.#solution[i] as number) - (x[p] as number)));
    }
    x[coordinate] = 0;
  }

  /** The coordinate outside the support along which the objective falls fastest; −1 at the minimum. */
  #steepest(a: Float64Array, b: Float64Array, x: Float64Array): number {
    let [best, most] = [-1, 0];
    for (let p = 0; p < this.#rank; p++) {
      if ((x[p] as number) > 0) continue;
      const slope = this.#slope(a, b, x, p);
      if (slope > most && slope > slack * Math.abs(b[p] as number)) [best, most] = [p, slope];
    }
    return best;
  }

  #slope(a: Float64Array, b: Float64Array, x: Float64Array, p: number): number {
    let slope = b[p] as number;
    for (let q = 0; q < this.#rank; q++) slope -= (a[p * this.#rank + q] as number) * (x[q] as number);
    return slope;
  }

  /** Cholesky: A_PP = LLᵀ. */
  #decompose(a: Float64Array): boolean {
    const [rank, l, support] = [this.#rank, this.#factor, this.#support];
    for (let i = 0; i < this.#size; i++) {
      const row = (support[i] as number) * rank;
      for (let j = 0; j <= i; j++) {
        let sum = a[row + (support[j] as number)] as number;
        for (let k = 0; k < j; k++) sum -= (l[i * rank + k] as number) * (l[j * rank + k] as number);
        if (i !== j) l[i * rank + j] = sum / (l[j * rank + j] as number);
        else if (sum > slack * (a[row + (support[i] as number)] as number)) l[i * rank + i] = Math.sqrt(sum);
        else return false;
      }
    }
    return true;
  }

  #substitute(b: Float64Array): void {
    const [rank, l, z, size] = [this.#rank, this.#factor, this.#solution, this.#size];
    for (let i = 0; i < size; i++) {
      let sum = b[this.#support[i] as number] as number;
      for (let k = 0; k < i; k++) sum -= (l[i * rank + k] as number) * (z[k] as number);
      z[i] = sum / (l[i * rank + i] as number);
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = z[i] as number;
      for (let k = i + 1; k < size; k++) sum -= (l[k * rank + i] as number) * (z[k] as number);
      z[i] = sum / (l[i * rank + i] as number);
    }
  }

  #descend(a: Float64Array, b: Float64Array, x: Float64Array): void {
    for (let sweep = 0; sweep < sweeps; sweep++) {
      for (let p = 0; p < this.#rank; p++) {
        const diagonal = a[p * this.#rank + p] as number;
        if (diagonal > 0) x[p] = Math.max(0, (x[p] as number) + this.#slope(a, b, x, p) / diagonal);
      }
    }
  }
}
