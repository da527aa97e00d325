import { ByomlError } from '@byoml/core';

const most = 10;
const windowMs = 10 * 60_000;
const accounts = 10_000;

/** `scheme` tells npm that a password was wrong, not a token. */
export const wrongPassword = (message: string): ByomlError => new ByomlError('AUTHENTICATION_REQUIRED', message, { details: { scheme: 'Basic' } });

/** Wrong passwords of late, by account. Kept in memory: a restart forgets them. */
export class Attempts {
  readonly #now: () => number;
  readonly #wrong = new Map<string, { count: number; until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Throws AUTHENTICATION_REQUIRED after too many. */
  refuse(name: string): void {
    const wrong = this.#wrong.get(name);
    if (wrong && wrong.count >= most && wrong.until > this.#now()) throw wrongPassword(`"${name}": too many wrong passwords; try again after ${new Date(wrong.until).toISOString()}`);
  }

  count(name: string): void {
    const wrong = this.#wrong.get(name);
    const count = wrong && wrong.until > this.#now() ? wrong.count + 1 : 1;
    this.#wrong.delete(name);
    this.#wrong.set(name, { count, until: this.#now() + windowMs });
    if (this.#wrong.size > accounts) this.#wrong.delete(this.#wrong.keys().next().value as string);
  }

  forget(name: string): void {
    this.#wrong.delete(name);
  }
}
