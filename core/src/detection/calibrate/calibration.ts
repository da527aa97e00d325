import { Ranking } from './ranking.ts';
import { pooled, type CalibrationWindow } from './window.ts';

/**
 * One window per scope. A scope with a window of its own is ranked in it and nowhere else, so its p-values are the same with
 * and without other scopes; a scope without one (nothing to calibrate on, or unknown) is ranked in the pool of all. The pool
 * is made when it is asked for and is never saved.
 */
export class Calibration {
  /** Scope → its window; none is empty. */
  readonly windows: ReadonlyMap<string, CalibrationWindow>;
  readonly #rankings = new Map<string, Ranking>();
  #pool: Ranking | undefined;

  constructor(windows: ReadonlyMap<string, CalibrationWindow>) {
    this.windows = new Map([...windows].filter(([, { classes }]) => classes.length > 0));
  }

  /** Candidates in all windows. */
  get rows(): number {
    return [...this.windows.values()].reduce((rows, { classes }) => rows + classes.length, 0);
  }

  /** Whether some window was made without time. */
  get provisional(): boolean {
    return [...this.windows.values()].some(({ days }) => days === null);
  }

  of(scope: string): Ranking {
    const window = this.windows.get(scope);
    if (!window) return (this.#pool ??= new Ranking(pooled([...this.windows.values()])));
    const ranking = this.#rankings.get(scope) ?? new Ranking(window);
    this.#rankings.set(scope, ranking);
    return ranking;
  }
}
