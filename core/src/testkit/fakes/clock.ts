import type { Clock } from '../../contracts/services.ts';

/** A clock that moves `stepMs` each time it is read and never by itself. */
export function steppedClock(from: Date = new Date(0), stepMs = 1000): Clock {
  let at = from.getTime() - stepMs;
  return { now: () => new Date((at += stepMs)) };
}
