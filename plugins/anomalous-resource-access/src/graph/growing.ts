/** Whole numbers, appended one at a time. */
export class GrowingInts {
  #cells = new Int32Array(1024);
  length = 0;
  push(value: number): void {
    if (this.length === this.#cells.length) {
      const wider = new Int32Array(this.length * 2);
      wider.set(this.#cells);
      this.#cells = wider;
    }
    this.#cells[this.length++] = value;
  }
  /** The cells so far; a view, valid until the next push. */
  view(): Int32Array {
    return this.#cells.subarray(0, this.length);
  }
}

/** Floats, appended one at a time. */
export class GrowingFloats {
  #cells = new Float64Array(1024);
  length = 0;
  push(value: number): void {
    if (this.length === this.#cells.length) {
      const wider = new Float64Array(this.length * 2);
      wider.set(this.#cells);
      this.#cells = wider;
    }
    this.#cells[this.length++] = value;
  }
  /** The cells so far; a view, valid until the next push. */
  view(): Float64Array {
    return this.#cells.subarray(0, this.length);
  }
}
