import type { Time } from './time.ts';

/** What a data collection rule takes in any 60 s. */
export interface Rate {
  readonly requests: number;
  readonly bytes: number;
}
const ruleRate: Rate = { requests: 12_000, bytes: 2_000_000_000 };

/** When requests to one data collection rule may go. All that are sent to it share one. */
export interface Pace {
  /** Resolves when a request of so many bytes may go; it counts from then. */
  turn(bytes: number, signal: AbortSignal): Promise<void>;
  /** Nothing goes for so many milliseconds: the service asked for it. */
  pause(ms: number): void;
}

const windowSeconds = 60;

/** A request goes unless the 60 s before it, counted in whole seconds and the one that has begun, are full; none is ever sent to be turned away. */
export function paceOf(time: Time, rate: Rate = ruleRate): Pace {
  let seconds: Array<{ readonly second: number; requests: number; bytes: number }> = [];
  let pausedUntil = 0;

  /** Milliseconds to wait; 0 counts the request. */
  function admitted(bytes: number): number {
    const now = time.now();
    if (now < pausedUntil) return pausedUntil - now;
    const second = Math.floor(now / 1000);
    seconds = seconds.filter((one) => one.second >= second - windowSeconds);
    const requests = seconds.reduce((sum, one) => sum + one.requests, 1);
    const total = seconds.reduce((sum, one) => sum + one.bytes, bytes);
    const [oldest] = seconds;
    if (oldest && (requests > rate.requests || total > rate.bytes)) return (oldest.second + windowSeconds + 1) * 1000 - now;
    let last = seconds.at(-1);
    if (last?.second !== second) seconds.push((last = { second, requests: 0, bytes: 0 }));
    last.requests++;
    last.bytes += bytes;
    return 0;
  }

  return {
    async turn(bytes, signal) {
      for (let ms = admitted(bytes); ms > 0; ms = admitted(bytes)) await time.sleep(ms, signal);
      signal.throwIfAborted();
    },
    pause: (ms) => void (pausedUntil = Math.max(pausedUntil, time.now() + ms)),
  };
}

const paces = new Map<string, Pace>();

/** The pace of this process for a data collection rule, however many sinks write to it. */
export function sharedPace(rule: string, time: Time): Pace {
  const pace = paces.get(rule) ?? paceOf(time);
  paces.set(rule, pace);
  return pace;
}
