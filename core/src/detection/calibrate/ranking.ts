import { classCount } from '../status-class.ts';
import { pValue } from './p-value.ts';
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

  #lowestCounted(classOf: number): number {
    let lowest = classOf;
    while (lowest > 0 && this.#rows(lowest, classOf) < enoughRows) lowest--;
    return lowest;
  }

  #rows(lowest: number, highest: number): number {
    return this.window.classes.reduce((rows, at) => rows + Number(at >= lowest && at <= highest), 0);
  }

  #values(classOf: number, lowest: number): Float64Array {
    const { classes, surprise } = this.window;
    const column = this.usesCold(classOf) ? (this.window.coldSurprise as Float64Array) : surprise;
    return column.filter((value, row) => (classes[row] as number) >= lowest && (classes[row] as number) <= classOf && Number.isFinite(value));
  }
}
