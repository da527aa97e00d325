import { setTimeout as wait } from 'node:timers/promises';

/** What a service allows one caller. */
export interface Allowance {
  /** Calls under way at the same time. */
  readonly parallel: number;
  /** Calls begun within any `perMs` milliseconds. */
  readonly most: number;
  readonly perMs: number;
}

export interface Pace {
  /** Begins the call when its turn comes; in the order of asking. Rejects with the signal's reason while it waits. */
  turn<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** No call begins within so many milliseconds: one that was told to wait makes all others wait too. */
  hold(ms: number): void;
}

/** Keeps calls within what is allowed. */
export function paceOf({ parallel, most, perMs }: Allowance): Pace {
  const begun: number[] = [];
  let underWay = 0;
  let notBefore = 0;
  let ended = Promise.withResolvers<void>();
  let last: Promise<void> = Promise.resolve();

  const pauseMs = (now: number): number => Math.max(notBefore, begun.length < most ? 0 : (begun[0] as number) + perMs) - now;

  async function begin(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const ms = pauseMs(performance.now());
      // A call that is under way ends soon after the signal, so waiting for it needs no signal of its own.
      if (underWay >= parallel) await ended.promise;
      else if (ms > 0) await wait(Math.ceil(ms), undefined, { signal }).catch(() => signal.throwIfAborted());
      else break;
    }
    begun.push(performance.now());
    if (begun.length > most) begun.shift();
    underWay++;
  }

  return {
    async turn(call, signal) {
      const mine = last.then(() => begin(signal));
      last = mine.catch(() => {});
      await mine;
      try {
        return await call();
      } finally {
        underWay--;
        ended.resolve();
        ended = Promise.withResolvers();
      }
    },
    hold(ms) {
      notBefore = Math.max(notBefore, performance.now() + ms);
    },
  };
}
