import type { Random } from '../../random/index.ts';

const discount = 0.35;

/** What a person has opened so far, as a Pitman–Yor process: the much used is used again, and the new never quite ends. */
export class Habits {
  readonly #theta: number;
  readonly #resources: number[] = [];
  readonly #times: number[] = [];
  readonly #places = new Map<number, number>();
  #total = 0;

  constructor(theta: number) {
    this.#theta = theta;
  }

  has(resource: number): boolean {
    return this.#places.has(resource);
  }

  add(resource: number): void {
    const place = this.#places.get(resource) ?? this.#resources.push(resource) - 1;
    this.#places.set(resource, place);
    this.#times[place] = (this.#times[place] ?? 0) + 1;
    this.#total++;
  }

  /** Whether the next access is a draw from the surroundings, not a habit. */
  wantsNew(random: Random): boolean {
    return random.next() * (this.#theta + this.#total) < this.#theta + discount * this.#resources.length;
  }

  /** One of the resources, by how often it was used. */
  usual(random: Random): number {
    let left = random.next() * (this.#total - discount * this.#resources.length);
    for (let i = 0; i < this.#times.length; i++) if ((left -= (this.#times[i] as number) - discount) < 0) return this.#resources[i] as number;
    return this.#resources.at(-1) as number;
  }
}
