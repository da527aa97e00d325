/** When something of a package appears next. */
export class Due {
  /** Name → milliseconds since 1970. */
  readonly #next = new Map<string, number>();

  /** Notes a moment, unless an earlier one is known. */
  note(name: string, moment: number): void {
    this.#next.set(name, Math.min(moment, this.#next.get(name) ?? Infinity));
  }

  /** Only the first of these moments counts from now on. */
  replace(name: string, moments: readonly number[]): void {
    const next = Math.min(...moments);
    if (Number.isFinite(next)) this.#next.set(name, next);
    else this.#next.delete(name);
  }

  isDue(name: string, now: number): boolean {
    return (this.#next.get(name) ?? Infinity) <= now;
  }

  names(now: number): string[] {
    return [...this.#next].flatMap(([name, moment]) => (moment <= now ? [name] : []));
  }
}
