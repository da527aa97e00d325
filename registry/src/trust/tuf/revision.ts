import type { MetaFile } from '@tufjs/models';
import type { Clock } from '@byoml/core';
import { absent, type Storage } from '../../storage/storage.ts';
import { binFile } from './bin.ts';
import { keyOfRole } from './files.ts';
import { delegatingMetadata, metaOf, signedFile, snapshotMetadata, timestampMetadata, type Edition } from './metadata.ts';
import type { Lifetimes, OnlineKeys } from './roles.ts';
import type { PublishedState } from './state.ts';
import type { TargetDigest } from './target.ts';

/** What signing needs. */
export interface Workshop {
  readonly storage: Storage;
  readonly keys: OnlineKeys;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
}

/** What a revision has made of the metadata. */
export interface Committed extends Pick<PublishedState, 'timestamp' | 'meta'> {
  /** The targets of the bins that were written. */
  readonly bins: ReadonlyMap<string, ReadonlyMap<string, TargetDigest>>;
}

/**
 * New metadata on its way: numbered files that nobody refers to, until the timestamp is swapped. A writer that loses the swap, or dies, leaves what was published as it was.
 */
export class Revision {
  readonly #workshop: Workshop;
  readonly #signal: AbortSignal;
  readonly #written: { readonly role: string; readonly version: number }[] = [];
  readonly #meta: Record<string, MetaFile>;
  readonly #bins = new Map<string, ReadonlyMap<string, TargetDigest>>();

  constructor(workshop: Workshop, meta: Readonly<Record<string, MetaFile>>, signal: AbortSignal) {
    this.#workshop = workshop;
    this.#meta = { ...meta };
    this.#signal = signal;
  }

  /** Whether nothing was written yet. */
  get isEmpty(): boolean {
    return this.#written.length === 0;
  }

  async writeBin(bin: string, targets: ReadonlyMap<string, TargetDigest>): Promise<void> {
    this.#bins.set(bin, targets);
    await this.#writeTargets(bin, (about) => binFile(targets, about, this.#workshop.keys.targets));
  }

  async writeDelegations(): Promise<void> {
    const { targets } = this.#workshop.keys;
    await this.#writeTargets('targets', (about) => signedFile(delegatingMetadata(targets.public, about), [targets]));
  }

  /** Signs the snapshot and swaps the timestamp: what is published now; undefined when another writer was faster. */
  async commit(before: { readonly snapshot: number; readonly timestamp: number; readonly stored: string }): Promise<Committed | undefined> {
    const { storage, keys, lifetimes } = this.#workshop;
    const snapshotMeta = await this.#writeNumbered('snapshot', before.snapshot + 1, (version) => signedFile(snapshotMetadata(this.#meta, this.#edition(version, lifetimes.snapshot)), [keys.snapshot]));
    const about = this.#edition(before.timestamp + 1, lifetimes.timestamp);
    // What the timestamp leads to, and all that was written before to be signed, has to be on the disk when the timestamp is.
    await storage.flush(this.#signal);
    const stored = await storage.write(keyOfRole('timestamp'), signedFile(timestampMetadata(snapshotMeta, about), [keys.timestamp]), { expected: before.stored, signal: this.#signal });
    if (stored !== undefined) return { timestamp: { version: about.version, expires: about.expires, snapshotMeta, stored }, meta: this.#meta, bins: this.#bins };
    await this.#remove(0);
    return undefined;
  }

  /** Removes the files that are `age` versions older than those written here; 0: those themselves. */
  async #remove(age: number): Promise<void> {
    for (const { role, version } of this.#written) if (version > age) await this.#workshop.storage.delete(keyOfRole(role, version - age), { signal: this.#signal });
  }

  /** After a commit: removes the files that were replaced `kept` versions ago. */
  async prune(kept: number): Promise<void> {
    await this.#remove(kept);
  }

  async #writeTargets(role: string, build: (about: Edition) => Uint8Array): Promise<void> {
    const from = (this.#meta[`${role}.json`]?.version ?? 0) + 1;
    this.#meta[`${role}.json`] = await this.#writeNumbered(role, from, (version) => build(this.#edition(version, this.#workshop.lifetimes.targets)));
  }

  /** A number that another writer took, or a killed one left, is skipped: versions only have to rise. */
  async #writeNumbered(role: string, from: number, make: (version: number) => Uint8Array): Promise<MetaFile> {
    for (let version = from; ; version++) {
      const bytes = make(version);
      if ((await this.#workshop.storage.write(keyOfRole(role, version), bytes, { expected: absent, durable: 'flushed', signal: this.#signal })) === undefined) continue;
      this.#written.push({ role, version });
      return metaOf(bytes, version);
    }
  }

  #edition(version: number, lifetime: number): Edition {
    return { version, expires: new Date(this.#workshop.clock.now().getTime() + lifetime) };
  }
}
