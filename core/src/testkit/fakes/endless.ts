import { setImmediate } from 'node:timers/promises';
import type { Batch, Batches, Columns } from '../../contracts/columns.ts';

/** The same batch again and again, until closed: what a stop must interrupt. */
export interface Endless<C extends Columns> extends Batches<C> {
  close(): void;
}

/** `onBatch` hears how many batches were asked for so far. Timers run between batches, so that a stop can arrive. */
export function endless<C extends Columns>(part: Batch<C>, onBatch: (asked: number) => void = () => {}): Endless<C> {
  let open = true;
  return {
    close: () => void (open = false),
    async *[Symbol.asyncIterator]() {
      for (let asked = 1; open; asked++) {
        onBatch(asked);
        await setImmediate();
        yield part;
      }
    },
  };
}
