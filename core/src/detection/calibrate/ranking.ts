import { classCount } from '../status-class.ts';
import { firstAtLeast, pValue } from './p-value.ts';
import type { CalibrationWindow } from './window.ts';

/** A class with fewer rows of its own also counts its parent's (2 → 1 → 0). */
export const enoughRows = 50;

/** The p-values that one window gives. Each class is ordered by one column: class 0 by `surprise`, cold classes by `coldSurprise` where the model has it. */
export class Ranking {
  readonly window: CalibrationWindow;
  readonly #ascending: Array<Float64Array | undefined> = Array.from({ length: classCount });

  constructor(window: CalibrationWindow) {
    this.window = window;
  }

  p(classOf: number, surprise: number, coldSurprise: number): number {
    return pValue(this.ascending(classOf), this.usesCold(classOf) ? coldSurprise : surprise);
  }

  usesCold(classOf: number): boolean {
    return classOf > 0 && this.window.coldSurprise !== null;
  }

  /** The values that a row of the class is compared with, ascending: the class's own and, while they are fewer than 50, its parents'. */
  ascending(classOf: number): Float64Array {
    return (this.#ascending[classOf] ??= this.#values(classOf, this.#lowestCounted(classOf)).sort());
  }

  /** The class's own values, ascending. */
  own(classOf: number): Float64Array {
    return this.#values(classOf, classOf).sort();
  }

  /** For each of the class's own rows its p among all others of its class: what a new row's p is to be compared with. */
  leaveOneOut(classOf: number): Float64Array {
    const compared = this.ascending(classOf);
    return this.own(classOf).map((value) => (compared.length - firstAtLeast(compared, value)) / compared.length);
  }

  #lowestCounted(classOf: number): number {
    let lowest = classOf;
    while (lowest > 0 && this.#rows(lowest, classOf) < enoughRows) lowest--;
    return lowest;
  }

  #rows(lowest: number, highest: number): number {
    let rows = 0;
    for (const at of this.window.classes) if (at >= lowest && at <= highest) rows++;
    return rows;
  }

  #values(classOf: number, lowest: number): Float64Array {
    const { classes, surprise, coldSurprise } = this.window;
    const column = classOf > 0 && coldSurprise !== null ? coldSurprise : surprise;
    const values = new Float64Array(column.length);
    let found = 0;
    for (let row = 0; row < column.length; row++) {
      const at = classes[row] as number;
      if (at >= lowest && at <= classOf && Number.isFinite(column[row])) values[found++] = column[row] as number;
    }
    return values.subarray(0, found);
  }
}
