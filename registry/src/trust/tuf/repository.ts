import { isDeepStrictEqual } from 'node:util';
import { isByomlError, type Clock } from '@byoml/core';
import type { Storage } from '../../storage/storage.ts';
import { refusal } from '../refusal.ts';
import { KnownState } from './known-state.ts';
import { Revision, type Workshop } from './revision.ts';
import { binOf, bins, defaultLifetimes, publicKeys, type Lifetimes, type OnlineKeys, type PublicKeys } from './roles.ts';
import type { PublishedState } from './state.ts';
import { refuseInvalidTarget, type TargetDigest } from './target.ts';
import { writeWholeEdition } from './whole-edition.ts';

/** Path → what is there now; null: nothing any more. */
export type TargetChanges = ReadonlyMap<string, TargetDigest | null>;

type Targets = ReadonlyMap<string, TargetDigest>;
/** What a bin holds from now on; undefined: what it held. */
type Change = (state: PublishedState, bin: string) => Promise<Targets | undefined>;

interface Revising {
  /** Whether a revision that changes nothing is written. */
  readonly when?: 'always' | 'if changed';
  /** Keys whose signatures count beside those of the newest root. */
  readonly previous?: PublicKeys;
}

/** The registry's side of its metadata. All of it may run in many processes at once; every method throws TRUST_REFUSED when the storage holds what was not signed. */
export interface TufRepository {
  /** Signs the bins of the changed targets, the snapshot and the timestamp with higher versions; what is half through its life is renewed with them. */
  publishTargets(changes: TargetChanges, signal: AbortSignal): Promise<void>;
  /** For a rebuild from the log: the targets are these and no others. Changes nothing when they are; metadata that was lost or damaged is written anew. */
  replaceTargets(all: ReadonlyMap<string, TargetDigest>, signal: AbortSignal): Promise<void>;
  /** Signs every role anew with the keys of the newest root: after a rotation. `previous`: the online keys before it, whose signatures count this once. */
  resign(previous: PublicKeys, signal: AbortSignal): Promise<void>;
}

/** How to open the metadata of a registry. */
export interface RepositoryOptions {
  readonly storage: Storage;
  readonly keys: OnlineKeys;
  readonly clock: Clock;
  readonly lifetimes?: Partial<Lifetimes>;
}

/** Numbered files older than that are removed; a client that reads meanwhile still finds its own. */
const kept = 64;
/** Of writers that meet, one always gets through, so this ends only when a storage never swaps. */
const mostAttempts = 1000;

/** Opens what `createTrustRoot` made. */
export function tufRepository({ storage, keys, clock, lifetimes }: RepositoryOptions): TufRepository {
  return new Repository({ storage, keys, clock, lifetimes: { ...defaultLifetimes, ...lifetimes } });
}

class Repository implements TufRepository {
  readonly #workshop: Workshop;
  readonly #known: KnownState;
  /** Versions that this process has seen: the storage may not go back behind them. */
  #seen = 0;
  /** One writer of a process after the other: they would only undo each other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
    this.#known = new KnownState(workshop.storage);
  }

  async publishTargets(changes: TargetChanges, signal: AbortSignal): Promise<void> {
    for (const path of changes.keys()) refuseInvalidTarget(path);
    const byBin = Map.groupBy(changes, ([path]) => binOf(path));
    await this.#revise(signal, async (state, bin) => {
      const changed = byBin.get(bin);
      if (!changed) return undefined;
      const targets = await this.#targetsOf(state, bin, signal);
      for (const [path, digest] of changed) {
        if (digest) targets.set(path, digest);
        else targets.delete(path);
      }
      return targets;
    });
  }

  async replaceTargets(all: ReadonlyMap<string, TargetDigest>, signal: AbortSignal): Promise<void> {
    for (const path of all.keys()) refuseInvalidTarget(path);
    const byBin = Map.groupBy(all, ([path]) => binOf(path));
    const wanted = (bin: string): Targets => new Map(byBin.get(bin));
    try {
      await this.#revise(signal, async (state, bin) => (isDeepStrictEqual(await this.#targetsOf(state, bin, signal), wanted(bin)) ? undefined : wanted(bin)), { when: 'if changed' });
    } catch (thrown) {
      if (!isByomlError(thrown) || thrown.code !== 'TRUST_REFUSED') throw thrown;
      this.#known.forget();
      await writeWholeEdition(this.#workshop, wanted, signal);
    }
  }

  async resign(previous: PublicKeys, signal: AbortSignal): Promise<void> {
    await this.#revise(signal, (state, bin) => this.#targetsOf(state, bin, signal), { previous });
  }

  #revise(signal: AbortSignal, change: Change, revising: Revising = {}): Promise<void> {
    const work = this.#turn.then(async () => {
      for (let attempt = 0; attempt < mostAttempts; attempt++) if (await this.#attempt(signal, change, revising)) return;
      throw refusal('timestamp', 'the storage never took it');
    });
    this.#turn = work.catch(() => undefined);
    return work;
  }

  async #attempt(signal: AbortSignal, change: Change, { when = 'always', previous = {} }: Revising): Promise<boolean> {
    const state = await this.#read(previous, signal);
    const revision = new Revision(this.#workshop, state.meta, signal);
    const renewed = this.#isDue(state);
    if (renewed) await revision.writeDelegations();
    for (const bin of bins.keys()) {
      const targets = (await change(state, bin)) ?? (renewed ? await this.#targetsOf(state, bin, signal) : undefined);
      if (targets) await revision.writeBin(bin, targets);
    }
    if (when === 'if changed' && revision.isEmpty) return true;
    const done = await revision.commit({ snapshot: state.timestamp.snapshotMeta.version, timestamp: state.timestamp.version, stored: state.timestamp.stored });
    if (!done) return false;
    if (renewed) this.#known.forget();
    else this.#known.follow(state, done);
    await revision.prune(kept);
    return true;
  }

  #targetsOf(state: PublishedState, bin: string, signal: AbortSignal): Promise<Map<string, TargetDigest>> {
    return this.#known.targets(state, bin, signal);
  }

  async #read(previous: PublicKeys, signal: AbortSignal): Promise<PublishedState> {
    if (Object.keys(previous).length > 0) this.#known.forget();
    const state = await this.#known.read({ keys: publicKeys(this.#workshop.keys), previous }, signal);
    if (state.timestamp.version < this.#seen) throw refusal('timestamp', `the storage has version ${state.timestamp.version}, which is older than ${this.#seen}`);
    this.#seen = state.timestamp.version;
    return state;
  }

  /** Whether the delegations were signed with another key, or half of their life is over. No bin is older than they are. */
  #isDue({ targets }: PublishedState): boolean {
    const { clock, keys, lifetimes } = this.#workshop;
    const stranger = !Object.hasOwn(targets.signed.delegations?.keys ?? {}, keys.targets.public.id);
    return stranger || new Date(targets.signed.expires).getTime() - clock.now().getTime() < lifetimes.targets / 2;
  }
}
