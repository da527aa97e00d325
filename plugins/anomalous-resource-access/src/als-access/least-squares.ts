import type { Csr } from '../graph/csr.ts';
import { NonNegativeSolver } from './non-negative-solver.ts';
import type { Settings } from './settings.ts';

/** One side's rows: `weights` multiply yyᵀ, `targets` multiply y (Hu, Koren, Volinsky 2008, or plain ratings). */
export interface Side {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly weights: Float64Array;
  readonly targets: Float64Array;
}

export function sideOf({ starts, columns, values }: Csr, { implicit, alpha }: Pick<Settings, 'implicit' | 'alpha'>): Side {
  if (!implicit) return { starts, columns, weights: new Float64Array(values.length).fill(1), targets: values };
  return { starts, columns, weights: values.map((s) => alpha * s), targets: values.map((s) => 1 + alpha * s) };
}

/** The hot loop: solves rows of one side while the other side's factors stay. Factors are row-major, `rank` to a row. */
export class LeastSquares {
  readonly #rank: number;
  readonly #ridge: number;
  readonly #gram: Float64Array;
  readonly #a: Float64Array;
  readonly #b: Float64Array;
  readonly #x: Float64Array;
  readonly #solver: NonNegativeSolver;

  constructor(rank: number, ridge: number) {
    this.#rank = rank;
    this.#ridge = ridge;
    this.#gram = new Float64Array(rank * rank);
    this.#a = new Float64Array(rank * rank);
    this.#b = new Float64Array(rank);
    this.#x = new Float64Array(rank);
    this.#solver = new NonNegativeSolver(rank);
  }

  /** Starts from YᵀY of all fixed factors, as implicit mode does, or from nothing. */
  fix(factors: Float64Array, implicit: boolean): void {
    const [rank, gram] = [this.#rank, this.#gram];
    gram.fill(0);
    if (implicit) for (let y = 0; y < factors.length; y += rank) addOuter(gram, factors, y, 1, rank);
  }

  /** x_u = argmin ½xᵀA_u x − b_uᵀx, x ≥ 0, for rows `from` … `to`. A row without cells is zero. */
  solveRows(side: Side, factors: Float64Array, solved: Float64Array, from: number, to: number): void {
    const rank = this.#rank;
    for (let row = from; row < to; row++) {
      const x = this.#x;
      for (let p = 0; p < rank; p++) x[p] = Math.max(0, solved[row * rank + p] as number);
      if (side.starts[row] === side.starts[row + 1]) x.fill(0);
      else {
        this.#accumulate(side, factors, row);
        this.#solver.minimise(this.#a, this.#b, x);
      }
      solved.set(x, row * rank);
    }
  }

  /** z = A_u⁻¹ y over the factors that row u uses: then x_u·y = Σ targets·(y_i·z) over the row's cells, exactly. Zero when that cannot be solved. */
  influence(side: Side, factors: Float64Array, row: number, x: Float64Array, y: Float64Array): Float64Array {
    this.#accumulate(side, factors, row);
    const z = new Float64Array(this.#rank);
    if (this.#solver.solvePositive(this.#a, y, x)) this.#solver.solution(z);
    return z;
  }

  #accumulate({ starts, columns, weights, targets }: Side, factors: Float64Array, row: number): void {
    const [rank, a, b] = [this.#rank, this.#a, this.#b];
    const [from, to] = [starts[row] as number, starts[row + 1] as number];
    a.set(this.#gram);
    b.fill(0);
    for (let cell = from; cell < to; cell++) {
      const y = (columns[cell] as number) * rank;
      const target = targets[cell] as number;
      addOuter(a, factors, y, weights[cell] as number, rank);
      for (let p = 0; p < rank; p++) b[p] = (b[p] as number) + target * (factors[y + p] as number);
    }
    for (let p = 0; p < rank; p++) {
      a[p * rank + p] = (a[p * rank + p] as number) + this.#ridge * (to - from);
      for (let q = 0; q < p; q++) a[p * rank + q] = a[q * rank + p] as number;
    }
  }
}

/** Adds weight·yyᵀ to the upper triangle. */
function addOuter(a: Float64Array, factors: Float64Array, y: number, weight: number, rank: number): void {
  for (let p = 0; p < rank; p++) {
    const scaled = weight * (factors[y + p] as number);
    if (scaled === 0) continue;
    for (let q = p; q < rank; q++) a[p * rank + q] = (a[p * rank + q] as number) + scaled * (factors[y + q] as number);
  }
}
