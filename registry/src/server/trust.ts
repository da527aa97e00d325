import type { Clock } from '@byoml/core';
import type { Signing } from '../npm/signing.ts';
import type { Storage } from '../storage/storage.ts';
import type { SigningKey } from '../trust/keys.ts';
import { refusal } from '../trust/refusal.ts';
import { createTrustRoot } from '../trust/tuf/create.ts';
import { keyOfRole } from '../trust/tuf/files.ts';
import { refreshTimestamp } from '../trust/tuf/refresh.ts';
import { tufRepository, type TargetChanges, type TufRepository } from '../trust/tuf/repository.ts';
import { binOf, defaultLifetimes, publicKeys, type Lifetimes, type OnlineKeys } from '../trust/tuf/roles.ts';
import { readBin, readState } from '../trust/tuf/state.ts';
import type { TargetDigest } from '../trust/tuf/target.ts';

/** What a registry signs with. */
export interface RegistryTrust {
  readonly keys: OnlineKeys;
  /** Needed once, for the first metadata; afterwards these keys can stay offline. */
  readonly root?: { readonly keys: readonly SigningKey[]; readonly threshold?: number };
  readonly lifetimes?: Partial<Lifetimes>;
}

interface TrustOptions {
  readonly storage: Storage;
  readonly trust: RegistryTrust;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How often more than the timestamp is signed anew, in milliseconds. */
const renewEveryMs = 86_400_000;

/** Whether the storage holds metadata that clients can follow; what was settled before it got lost has to be signed again. */
export const isSigned = async (storage: Storage, signal: AbortSignal): Promise<boolean> => (await storage.read(keyOfRole('timestamp'), signal)) !== undefined;

/** Signs for one registry. What waits while metadata is written goes into the next revision together. */
export class Trust implements Signing {
  readonly #options: TrustOptions;
  readonly #clock: Clock;
  readonly #repository: TufRepository;
  /** Ends when nothing is being written; never rejects. */
  #writing: Promise<void> = Promise.resolve();
  #waiting = new Map<string, TargetDigest | null>();
  #next: Promise<void> | undefined;
  #renewed = -Infinity;

  private constructor(options: TrustOptions) {
    this.#options = options;
    this.#clock = { now: () => new Date(options.now()) };
    const { storage, trust: { keys, lifetimes } } = options;
    this.#repository = tufRepository({ storage, keys, clock: this.#clock, ...(lifetimes && { lifetimes }) });
  }

  /** Makes the first metadata when root keys are given and there is none. Throws TRUST_REFUSED when there is none otherwise, or it is of other keys. */
  static async open(options: TrustOptions, signal: AbortSignal): Promise<Trust> {
    const { storage, trust: { root, keys, lifetimes } } = options;
    const opened = new Trust(options);
    if (root) await createTrustRoot({ storage, root, keys, clock: opened.#clock, ...(lifetimes && { lifetimes }) }, signal);
    else if (!(await storage.read(keyOfRole('root'), signal))) throw refusal('root', 'the registry has no root.json, and no root key to make one with was given');
    return opened;
  }

  publish(changes: TargetChanges, signal: AbortSignal): Promise<void> {
    for (const [path, digest] of changes) this.#waiting.set(path, digest);
    this.#next ??= this.#inTurn(() => {
      const together = this.#waiting;
      this.#waiting = new Map();
      this.#next = undefined;
      return this.#repository.publishTargets(together, signal);
    });
    return this.#next;
  }

  replace(all: ReadonlyMap<string, TargetDigest>, signal: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#repository.replaceTargets(all, signal));
  }

  async signed(path: string, signal: AbortSignal): Promise<TargetDigest | undefined> {
    const { storage, trust: { keys } } = this.#options;
    const state = await readState(storage, { keys: publicKeys(keys) }, signal);
    return (await readBin(storage, state, binOf(path), signal)).get(path);
  }

  /** Signs a new timestamp; once a day also what else grows old. */
  renew(signal: AbortSignal): Promise<void> {
    const { storage, now, trust: { keys, lifetimes } } = this.#options;
    return this.#inTurn(async () => {
      if (now() - this.#renewed < renewEveryMs) return refreshTimestamp({ storage, key: keys.timestamp, clock: this.#clock, lifetime: lifetimes?.timestamp ?? defaultLifetimes.timestamp }, signal);
      await this.#repository.publishTargets(new Map(), signal);
      this.#renewed = now();
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }
}
