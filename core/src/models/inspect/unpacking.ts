/** Bytes that all wrappers of one file together may be unpacked to. */
const most = 1 << 28;
/** Wrappers in wrappers that are looked into. */
const deepest = 3;

/** What is left to unpack of one file: shared by all that is nested in it, so that many small bombs are no way round the limit. */
export class Unpacking {
  readonly #shared: { left: number };
  readonly #depth: number;

  constructor(shared = { left: most }, depth = 0) {
    this.#shared = shared;
    this.#depth = depth;
  }

  get left(): number {
    return this.#shared.left;
  }

  /** Undefined where nothing deeper is looked into. */
  inside(): Unpacking | undefined {
    return this.#depth < deepest ? new Unpacking(this.#shared, this.#depth + 1) : undefined;
  }

  take(bytes: number): void {
    this.#shared.left = Math.max(0, this.#shared.left - bytes);
  }
}
