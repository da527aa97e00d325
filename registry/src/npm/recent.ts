/** What was asked for of late, by key: what was used last, as much of it as weighs `most` together. Without `weigh` every entry weighs 1. */
export class Recent<T> {
  readonly #most: number;
  readonly #weigh: (value: T) => number;
  readonly #entries = new Map<string, T>();
  #weight = 0;

  constructor(most: number, weigh: (value: T) => number = () => 1) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get(key: string): T | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    // The last in the order of insertion is the last to go.
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  put(key: string, value: T): void {
    this.#drop(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#most) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  #drop(key: string): void {
    const found = this.#entries.get(key);
    if (found === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weigh(found);
  }
}
