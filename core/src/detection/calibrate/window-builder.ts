import type { Scores } from '../scores.ts';
import { classOfStatus, knownStatus } from '../status-class.ts';
import type { CalibrationWindow } from './window.ts';

/** Collects the candidates of one scope. */
export class WindowBuilder {
  readonly #surprise: number[] = [];
  readonly #coldSurprise: number[] = [];
  readonly #classes: number[] = [];
  readonly #days: number[] = [];
  readonly #workingDays: readonly number[] | null;
  readonly #population: 'new-pairs' | 'all';
  #cold = true;

  /** `workingDays` is null for a window without time. */
  constructor(population: 'new-pairs' | 'all', workingDays: readonly number[] | null) {
    this.#population = population;
    this.#workingDays = workingDays;
  }

  /** Takes row `row` of the scores; a `known` row of a new-pairs algorithm is no candidate and is left out. */
  add({ surprise, coldSurprise, status }: Scores, row: number, day: number): void {
    const code = status[row] as number;
    if (code === knownStatus && this.#population === 'new-pairs') return;
    this.#surprise.push(surprise[row] as number);
    this.#classes.push(classOfStatus[code] as number);
    this.#days.push(day);
    if (coldSurprise) this.#coldSurprise.push(coldSurprise[row] as number);
    else this.#cold = false;
  }

  finish(): CalibrationWindow {
    return {
      surprise: new Float64Array(this.#surprise),
      coldSurprise: this.#cold && this.#surprise.length > 0 ? new Float64Array(this.#coldSurprise) : null,
      classes: new Uint8Array(this.#classes),
      days: this.#workingDays === null ? null : new Int32Array(this.#days),
      workingDays: this.#workingDays,
    };
  }
}
