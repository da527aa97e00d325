import type { Csr } from '../graph/csr.ts';

/** Weights from a node to the communities around it. */
export class Neighbourhood {
  readonly #weights: Float64Array;
  readonly #met: Int32Array;
  #count = 0;

  constructor(labels: number) {
    this.#weights = new Float64Array(labels);
    this.#met = new Int32Array(labels);
  }

  add({ starts, columns, values }: Csr, node: number, labels: Int32Array): void {
    const weights = this.#weights;
    const met = this.#met;
    let count = this.#count;
    for (let e = starts[node] as number; e < (starts[node + 1] as number); e++) {
      const label = labels[columns[e] as number] as number;
      const before = weights[label] as number;
      if (before === 0) met[count++] = label;
      weights[label] = before + (values[e] as number);
    }
    this.#count = count;
  }
  get count(): number {
    return this.#count;
  }
  /** The i-th of the communities met. */
  label(i: number): number {
    return this.#met[i] as number;
  }
  labels(): Int32Array {
    return this.#met.subarray(0, this.#count);
  }
  weightOf(label: number): number {
    return this.#weights[label] as number;
  }
  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#weights[this.#met[i] as number] = 0;
    this.#count = 0;
  }
}
