import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Run } from '@byoml/core';

const turnMs = 25;

/** Lets a long computation be stopped: `due()` is cheap, `turn()` gives way to the event loop and throws when the run was stopped. */
export interface Pacer {
  due(): boolean;
  turn(): Promise<void>;
}

export function pacer({ signal }: Pick<Run, 'signal'>): Pacer {
  signal.throwIfAborted();
  let last = performance.now();
  return {
    due: () => performance.now() - last > turnMs,
    async turn() {
      await nextTurn();
      signal.throwIfAborted();
      last = performance.now();
    },
  };
}
