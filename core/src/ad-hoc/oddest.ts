import type { Batch, Batches, Column } from '../contracts/columns.ts';
import { numbers } from '../contracts/numbers.ts';

interface Entry {
  /** Counted from 1. */
  readonly row: number;
  readonly pValue: number;
  readonly surprise: number;
}

interface ScoredColumns {
  readonly surprise: Column<number>;
  readonly pValue: Column<number>;
  readonly status: Column<string>;
}

const before = (a: Entry, b: Entry): number => a.pValue - b.pValue || b.surprise - a.surprise || a.row - b.row;

/** Remembers the `top` oddest candidates that pass through: smallest p first, then largest surprise; without calibration by surprise alone. */
export class Oddest {
  readonly #top: number;
  #held: Entry[] = [];
  #rows = 0;

  constructor(top: number) {
    this.#top = top;
  }

  /** The same batches; a new pass starts afresh. */
  watch(batches: Batches): Batches {
    const see = (batch: Batch): void => this.#see(batch);
    const start = (): void => {
      this.#held = [];
      this.#rows = 0;
    };
    return {
      async *[Symbol.asyncIterator]() {
        start();
        for await (const batch of batches) {
          see(batch);
          yield batch;
        }
      },
    };
  }

  rows(): number[] {
    return this.#held.map(({ row }) => row);
  }

  #see({ length, columns }: Batch): void {
    const { surprise, pValue, status } = columns as unknown as ScoredColumns;
    const [surprises, ps] = [numbers(surprise), numbers(pValue)];
    for (let i = 0; i < length; i++) {
      if (status.at(i) === 'known') continue;
      this.#offer({ row: this.#rows + i + 1, pValue: Number.isNaN(ps[i]) ? 0 : (ps[i] as number), surprise: surprises[i] as number });
    }
    this.#rows += length;
  }

  #offer(entry: Entry): void {
    const last = this.#held.at(-1);
    if (this.#held.length === this.#top && last && before(entry, last) >= 0) return;
    const at = this.#held.findIndex((held) => before(entry, held) < 0);
    this.#held.splice(at < 0 ? this.#held.length : at, 0, entry);
    this.#held.length = Math.min(this.#held.length, this.#top);
  }
}
