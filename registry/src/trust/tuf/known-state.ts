import type { Storage } from '../../storage/storage.ts';
import { keyOfRole } from './files.ts';
import type { Committed } from './revision.ts';
import { readBin, readState, type PublishedState, type Trusted } from './state.ts';
import type { TargetDigest } from './target.ts';

/**
 * The metadata as this process has verified or signed it, so that a writer does not read and verify its own work again with every publication.
 * It holds while the timestamp in the storage is the one that it belongs to and no newer root came.
 */
export class KnownState {
  readonly #storage: Storage;
  #state: PublishedState | undefined;
  readonly #bins = new Map<string, ReadonlyMap<string, TargetDigest>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** What is published now. Throws TRUST_REFUSED. */
  async read(trusted: Trusted, signal: AbortSignal): Promise<PublishedState> {
    if (this.#state && (await this.#isCurrent(this.#state, signal))) return this.#state;
    this.forget();
    this.#state = await readState(this.#storage, trusted, signal);
    return this.#state;
  }

  /** A copy of the targets of a bin. Throws TRUST_REFUSED. */
  async targets(state: PublishedState, bin: string, signal: AbortSignal): Promise<Map<string, TargetDigest>> {
    if (state !== this.#state) return readBin(this.#storage, state, bin, signal);
    const known = this.#bins.get(bin) ?? (await readBin(this.#storage, state, bin, signal));
    this.#bins.set(bin, known);
    return new Map(known);
  }

  /** Takes over what was signed on top of a state; the delegations have to be those of before. */
  follow(before: PublishedState, { timestamp, meta, bins }: Committed): void {
    if (before !== this.#state) return this.forget();
    this.#state = { ...before, timestamp, meta };
    for (const [bin, targets] of bins) this.#bins.set(bin, targets);
  }

  forget(): void {
    this.#state = undefined;
    this.#bins.clear();
  }

  async #isCurrent({ root, timestamp }: PublishedState, signal: AbortSignal): Promise<boolean> {
    const [now, newer] = await Promise.all([this.#storage.read(keyOfRole('timestamp'), signal), this.#storage.read(keyOfRole('root', root + 1), signal)]);
    return now?.version === timestamp.stored && !newer;
  }
}
