import type { NameHistory } from '../npm/history.ts';
import type { Packument } from '../npm/packument.ts';
import { Recent } from '../npm/recent.ts';
import type { Registry } from './registry.ts';

/** A packument as it is sent. */
export interface Sent {
  /** A string goes out in one piece with its header. */
  readonly text: string;
  readonly etag: string;
}

interface Kept extends Sent {
  /** Number of the last event that is in it. */
  readonly lastEvent: number;
  /** By this process's clock, in milliseconds. */
  readonly since: number;
}

/** Characters that are kept together, and of one packument. */
const [most, worthKeeping] = [16 << 20, 128 << 10];
/** About what an entry takes besides its text. */
const entryCost = 500;
/** How long the log may have grown, by the hand of another process, without being looked at. */
const looksEveryMs = 250;
/** How long a text is kept that somebody may have repaired without writing to the log. */
const longestMs = 30_000;

const lastEventOf = ({ events }: NameHistory): number => events.at(-1)?.number ?? 0;

/** Packuments as they were sent, good as long as the log has nothing new about the package: most readers then need no file. */
export class KeptPackuments {
  readonly #history: Registry['packages']['history'];
  readonly #signal: AbortSignal;
  readonly #recent = new Recent<Kept>(most, ({ text }) => text.length + entryCost);
  #looked = -Infinity;
  #looking: Promise<boolean> | undefined;

  constructor({ packages, signal }: Registry) {
    this.#history = packages.history;
    this.#signal = signal;
  }

  /** Undefined when it has to be read. */
  async get(key: string, name: string): Promise<Sent | undefined> {
    const kept = this.#recent.get(key);
    if (!kept || performance.now() - kept.since > longestMs || !(await this.#look())) return undefined;
    return kept.lastEvent === lastEventOf(this.#history.of(name)) ? kept : undefined;
  }

  put(key: string, { name, _rev, versions }: Packument, sent: Sent): void {
    // What appears by and by appears without an event.
    const isWhole = [...this.#history.of(name).live].every((version) => Object.hasOwn(versions, version));
    if (isWhole && sent.text.length <= worthKeeping) this.#recent.put(key, { ...sent, lastEvent: Number.parseInt(_rev), since: performance.now() });
  }

  /** Whether the log is known as it was a moment ago; one look for all that ask at the same time. */
  #look(): Promise<boolean> | true {
    if (performance.now() - this.#looked < looksEveryMs) return true;
    const from = performance.now();
    this.#looking ??= this.#history
      .refresh(this.#signal)
      .then(() => ((this.#looked = from), true), () => false)
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }
}
