import type { Storage, Stored } from '../storage/storage.ts';
import { targetDigest, type TargetDigest } from '../trust/tuf/target.ts';
import { arrived } from './arrived.ts';
import { Cards } from './cards.ts';
import type { Contents } from './contents.ts';
import { described } from './described.ts';
import type { History } from './history.ts';
import { packumentKey } from './name.ts';
import { packumentOf, type Packument } from './packument.ts';
import type { Signing } from './signing.ts';
import { readable, versionOf, type StoredPackuments } from './stored-packuments.ts';
import { Vouched } from './vouched.ts';

/** What is in the storage of a package now, and has to be signed. */
export interface Written {
  readonly name: string;
  /** Of the packument, in the storage; `absent` for none. */
  readonly version: string;
  /** Events of the package that are in it. */
  readonly events: number;
  /** Of the packument and the cards that have changed. */
  readonly changes: ReadonlyMap<string, TargetDigest | null>;
}

/** Whether what a packument says of a tarball may be taken over when nothing speaks against it. */
export type Reading = 'trusting' | 'anew';

/** What was there of a package. */
interface Base {
  readonly stored: Stored | undefined;
  /** Whether its packument and its cards are those that were signed. */
  readonly trusted: boolean;
  /** Version → manifest that need not be made again. */
  readonly known: Packument['versions'];
  /** Those that may have a card. */
  readonly versions: readonly string[];
}

interface DerivedFilesOptions {
  readonly storage: Storage;
  readonly now: () => number;
  readonly signing?: Signing;
  readonly history: History;
  readonly contents: Contents;
  readonly stored: StoredPackuments;
}

/** The packuments and cards in the storage: made from the log, the tarballs and the blobs, whenever these say something new. */
export class DerivedFiles {
  readonly vouched: Vouched;
  readonly #options: DerivedFilesOptions;
  readonly #cards: Cards;

  constructor(options: DerivedFilesOptions) {
    this.#options = options;
    this.#cards = new Cards(options.storage);
    this.vouched = new Vouched(options.signing);
  }

  /** Writes cards and packument as of `at`, in milliseconds since 1970; says what of them has to be signed. */
  async write(name: string, reading: Reading, signal: AbortSignal): Promise<{ readonly written: Written; readonly packument: Packument | undefined; readonly at: number }> {
    const { history, contents, stored, now } = this.#options;
    for (;;) {
      const at = now();
      const base = await this.#base(name, reading, signal);
      const [events, lastEvent] = [history.of(name).events.length, history.lastEvent(name)];
      const state = await arrived({ history, contents }, name, { counts: (event) => history.appears(event) <= at, signal });
      const { manifests, fresh } = await described(contents, state, { known: base.known, signal });
      // Cards come first, so that a packument never names a version without one.
      const changes = new Map<string, TargetDigest | null>([...(await this.#cards.put(fresh, signal)), ...(await this.#cards.delete(name, base.versions.filter((version) => !state.versions.has(version)), signal))]);
      const packument = packumentOf(name, { state, lastEvent, manifests });
      const bytes = stored.encoded(packument);
      const version = await stored.replace(name, bytes, { stored: base.stored, signal });
      if (version === false) continue;
      if (!base.trusted || version !== versionOf(base.stored)) changes.set(packumentKey(name), bytes ? targetDigest(bytes) : null);
      return { written: { name, version, events, changes }, packument, at };
    }
  }

  /** Whether nobody has replaced the packument since it was written. */
  async stands({ name, version, changes }: Written, signal: AbortSignal): Promise<boolean> {
    const { signing, stored } = this.#options;
    return !signing || changes.size === 0 || versionOf(await stored.read(name, signal)) === version;
  }

  /** Removes every card that is not one of these keys. */
  keepOnly(keys: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    return this.#cards.keepOnly(keys, signal);
  }

  /** What a new packument is made on: the one that is there, as far as it may be believed. */
  async #base(name: string, reading: Reading, signal: AbortSignal): Promise<Base> {
    const { history, contents } = this.#options;
    const stored = await this.#options.stored.read(name, signal);
    const before = readable(stored, name);
    if (before ? Number.parseInt(before._rev) > history.lastEvent(name) : history.of(name).live.size > 0) await history.refresh(signal);
    if (reading === 'anew' || !(await this.#believes(name, stored, signal))) return { stored, trusted: false, known: {}, versions: this.#everPublished(name) };
    const known = before?.versions ?? {};
    for (const [version, { dist }] of Object.entries(known)) contents.learn(name, version, dist.integrity);
    return { stored, trusted: true, known, versions: Object.keys(known) };
  }

  /** A name that has just begun has nothing yet that somebody could have signed. */
  async #believes(name: string, stored: Stored | undefined, signal: AbortSignal): Promise<boolean> {
    return (!stored && this.#options.history.of(name).events.length === 1) || this.vouched.has(name, stored, signal);
  }

  #everPublished(name: string): string[] {
    return [...new Set(this.#options.history.of(name).events.flatMap((event) => (event.kind === 'publish' ? [event.version] : [])))];
  }
}
