const rounds = 200;
const sweepsPerRound = 4;
const slack = 1e-12;

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
   * Minimises ½xᵀAx − bᵀx over x ≥ 0 in place, for symmetric positive semidefinite A, row by row. Coordinate descent finds which
   * x are positive; the system of those is then solved directly and accepted once the optimality (KKT) conditions hold.
   */
  minimise(a: Float64Array, b: Float64Array, x: Float64Array): void {
    for (let round = 0; round < rounds; round++) {
      if (this.solvePositive(a, b, x) && this.#accept(a, b, x)) return;
      for (let sweep = 0; sweep < sweepsPerRound; sweep++) this.#descend(a, b, x);
    }
  }

  /** Solves A_PP z = b_P over the P where x > 0; `solution(i)` gives z. False when A_PP is not positive definite. */
  solvePositive(a: Float64Array, b: Float64Array, x: Float64Array): boolean {
    this.#size = 0;
    for (let p = 0; p < this.#rank; p++) if ((x[p] as number) > 0) this.#support[this.#size++] = p;
    return this.#decompose(a) && this.#substitute(b);
  }

  /** Writes the last solution over all coordinates, zero outside P. */
  solution(into: Float64Array): void {
    into.fill(0);
    for (let i = 0; i < this.#size; i++) into[this.#support[i] as number] = this.#solution[i] as number;
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

  #substitute(b: Float64Array): true {
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
    return true;
  }

  /** Takes the direct solution when it is the minimum: nothing negative, and no other coordinate wants to grow. */
  #accept(a: Float64Array, b: Float64Array, x: Float64Array): boolean {
    for (let i = 0; i < this.#size; i++) if ((this.#solution[i] as number) < 0) return false;
    for (let p = 0; p < this.#rank; p++) {
      if ((x[p] as number) > 0) continue;
      let slope = b[p] as number;
      for (let i = 0; i < this.#size; i++) slope -= (a[p * this.#rank + (this.#support[i] as number)] as number) * (this.#solution[i] as number);
      if (slope > slack * Math.abs(b[p] as number)) return false;
    }
    this.solution(x);
    return true;
  }

  #descend(a: Float64Array, b: Float64Array, x: Float64Array): void {
    const rank = this.#rank;
    for (let p = 0; p < rank; p++) {
      const diagonal = a[p * rank + p] as number;
      if (diagonal <= 0) continue;
      let slope = b[p] as number;
      for (let q = 0; q < rank; q++) slope -= (a[p * rank + q] as number) * (x[q] as number);
      x[p] = Math.max(0, (x[p] as number) + slope / diagonal);
    }
  }
}
