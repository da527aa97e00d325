import { setTimeout as wait } from 'node:timers/promises';
import { isPassing, waitAsked } from './translated.ts';

/** How much is borne before a service counts as unavailable. */
export interface Patience {
  /** How long an answer, or the next piece of it, may take, milliseconds. */
  readonly answerMs: number;
  /** Waits between attempts, milliseconds; one attempt more than there are waits. */
  readonly waitsMs: readonly number[];
}

export const usualPatience: Patience = { answerMs: 30_000, waitsMs: [250, 1000, 3000] };
const longestWaitMs = 30_000;

const late = (): Error => Object.assign(new Error('no answer in time'), { code: 'NO_ANSWER' });

/** One try. `alive` says that a piece of the answer came: the next may take as long again. */
export type Attempt<T> = (signal: AbortSignal, alive: () => void) => Promise<T>;

/** Calls `attempt` until it succeeds or asking again cannot help. The signal it is given ends with the run or when an answer takes too long. */
export async function retried<T>(attempt: Attempt<T>, signal: AbortSignal, { answerMs, waitsMs }: Patience): Promise<T> {
  for (let tried = 0; ; tried++) {
    signal.throwIfAborted();
    try {
      return await inTime(attempt, signal, answerMs);
    } catch (thrown) {
      const pause = waitsMs[tried];
      if (signal.aborted || pause === undefined || !isPassing(thrown)) throw thrown;
      await wait(Math.min(Math.max(pause, waitAsked(thrown)), longestWaitMs), undefined, { signal });
    }
  }
}

/** Does not wait for what ignores the signal: signing in does. */
async function inTime<T>(attempt: Attempt<T>, outer: AbortSignal, ms: number): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(outer.reason);
  outer.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => controller.abort(late()), ms);
  const ended = new Promise<never>((_, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true }));
  try {
    return await Promise.race([attempt(controller.signal, () => void timer.refresh()), ended]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', stop);
  }
}
