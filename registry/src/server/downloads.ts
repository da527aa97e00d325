import { z } from 'zod';
import type { Storage } from '../storage/storage.ts';

const schema = z.strictObject({ count: z.int().nonnegative() });
const flushEveryMs = 60_000;
const keyOf = (name: string): string => `private/downloads/${name}`;

interface DownloadsOptions {
  readonly storage: Storage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From how many tarballs served on a package counts as popular; undefined: nothing is counted and nothing is popular. */
  readonly threshold: number | undefined;
}

/** About how many tarballs of each package were served. A killed process loses up to a minute; anybody can drive a count up, which only makes the registry stricter. */
export class Downloads {
  readonly #options: DownloadsOptions;
  #counted = new Map<string, number>();
  #flushed: number;

  constructor(options: DownloadsOptions) {
    this.#options = options;
    this.#flushed = options.now();
  }

  /** Never waits for the storage and never fails. */
  count(name: string, signal: AbortSignal): void {
    const { threshold, now } = this.#options;
    if (threshold === undefined) return;
    this.#counted.set(name, (this.#counted.get(name) ?? 0) + 1);
    if (now() - this.#flushed >= flushEveryMs) void this.flush(signal).catch(() => undefined);
  }

  async isPopular(name: string, signal: AbortSignal): Promise<boolean> {
    const { threshold, storage } = this.#options;
    if (threshold === undefined) return false;
    const stored = await storage.read(keyOf(name), signal);
    return countIn(stored?.bytes) + (this.#counted.get(name) ?? 0) >= threshold;
  }

  /** Writes down what was counted since the last time. */
  async flush(signal: AbortSignal): Promise<void> {
    const counted = this.#counted;
    this.#counted = new Map();
    this.#flushed = this.#options.now();
    for (const [name, count] of counted) await this.#add(name, count, signal);
  }

  /** Of servers that write at the same time one count can get lost. */
  async #add(name: string, count: number, signal: AbortSignal): Promise<void> {
    const { storage } = this.#options;
    const stored = await storage.read(keyOf(name), signal);
    await storage.write(keyOf(name), new TextEncoder().encode(JSON.stringify({ count: countIn(stored?.bytes) + count })), { signal });
  }
}

const countIn = (bytes: Uint8Array | undefined): number => (bytes ? schema.parse(JSON.parse(new TextDecoder().decode(bytes))).count : 0);
