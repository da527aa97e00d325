import { ByomlError } from '@byoml/core';
import { eventSchema, type Event, type LogEvent } from '../log/event.ts';
import type { Storage, Stored } from '../storage/storage.ts';
import type { TargetDigest } from '../trust/tuf/target.ts';
import { arrived } from './arrived.ts';
import { Contents } from './contents.ts';
import { DerivedFiles, type Reading, type Written } from './derived-files.ts';
import { described } from './described.ts';
import { Due } from './due.ts';
import { History, appearance } from './history.ts';
import { JointTurns } from './joint-turns.ts';
import type { PackageState } from './package-state.ts';
import { packumentOf, type Packument } from './packument.ts';
import type { Signing } from './signing.ts';
import { StoredPackuments, readable } from './stored-packuments.ts';

export interface PackagesOptions {
  readonly storage: Storage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where readers find tarballs without this server, ending in a slash; empty: packuments in the storage name them relatively. */
  readonly publicUrl?: string;
  /** Signs packuments and cards; without it clients have only the server's word. */
  readonly signing?: Signing;
  /** Told a package's packument whenever it was made anew; undefined when nothing of it is visible. */
  readonly onChange?: (name: string, packument: Packument | undefined) => void;
}

/** A version that nobody can see yet. */
export interface HiddenVersion {
  readonly version: string;
  /** When it appears, as ISO 8601; null while a person has to decide. */
  readonly visible: string | null;
}

/** Signed too, but made elsewhere: what is signed about it stays. */
const signedElsewhere = ['v1/advisories.json'];

/**
 * The packages. The log is the truth together with tarballs and blobs; packuments, cards and what is signed about them can be made again.
 * A change is first written to the log, then the tarball, cards, packument, and last it is signed: whoever dies in between leaves something that the next opening finishes or nobody sees.
 */
export class Packages {
  readonly contents: Contents;
  readonly #options: PackagesOptions;
  readonly #stored: StoredPackuments;
  readonly #turns = new JointTurns();
  readonly #due = new Due();
  /** Names whose packument may be older than the log, or not signed. */
  readonly #unsettled = new Set<string>();
  /** Name → versions that its packument names. */
  readonly #shown = new Map<string, ReadonlySet<string>>();
  #history!: History;
  #derived!: DerivedFiles;

  private constructor(options: PackagesOptions) {
    this.#options = options;
    this.#stored = new StoredPackuments(options.storage, options.publicUrl);
    this.contents = new Contents(options.storage);
  }

  static async open(options: PackagesOptions, signal: AbortSignal): Promise<Packages> {
    const packages = new Packages(options);
    packages.#history = await History.open(options.storage, { now: options.now, onEvent: (event) => packages.#take(event), signal });
    packages.#derived = new DerivedFiles({ ...options, history: packages.#history, contents: packages.contents, stored: packages.#stored });
    return packages;
  }

  get history(): History {
    return this.#history;
  }

  /** Writes a decision to the log and brings everything else up to it. `between` runs after the first and before the second. Throws REQUEST_INVALID for an event that does not fit its schema. */
  async decide(event: Event, { guard, between, signal }: { readonly guard?: () => void; readonly between?: () => Promise<void>; readonly signal: AbortSignal }): Promise<void> {
    refuseUnwritable(event);
    await this.#history.decide(event, { ...(guard && { guard }), signal });
    try {
      await between?.();
      await this.settle(event.name, signal);
    } catch (thrown) {
      this.#unsettled.add(event.name);
      throw thrown;
    }
  }

  /** What everybody can see; undefined when that is nothing. */
  async packument(name: string, signal: AbortSignal): Promise<{ readonly packument: Packument; readonly version: string } | undefined> {
    const stored = await this.visible(name, signal);
    return stored && { packument: this.#stored.decoded(stored, name), version: stored.version };
  }

  /** The packument in the storage, which says what everybody can see; undefined when that is nothing. */
  async visible(name: string, signal: AbortSignal): Promise<Stored | undefined> {
    if (this.#due.isDue(name, this.#options.now())) await this.settle(name, signal);
    const stored = await this.#stored.read(name, signal);
    this.#show(name, stored && this.#stored.decoded(stored, name));
    return stored;
  }

  /** With the versions that are still hidden, for owners; undefined when the package has none at all. */
  async everything(name: string, signal: AbortSignal): Promise<Packument | undefined> {
    const known = readable(await this.#stored.read(name, signal), name)?.versions ?? {};
    const state = await this.state(name, signal);
    return packumentOf(name, { state, lastEvent: this.#history.lastEvent(name), manifests: (await described(this.contents, state, { known, signal })).manifests });
  }

  /** Every version that arrived, visible or not. */
  state(name: string, signal: AbortSignal): Promise<PackageState> {
    return arrived({ history: this.#history, contents: this.contents }, name, { signal });
  }

  /** The versions that were published and that nobody can see yet. */
  async hidden(name: string, signal: AbortSignal): Promise<readonly HiddenVersion[]> {
    const now = this.#options.now();
    const { versions } = await this.state(name, signal);
    const appearances = [...versions.values()].map(({ published }) => ({ version: published.version, visible: appearance(this.#history.of(name), published) }));
    return appearances.filter(({ visible }) => visible === null || Date.parse(visible) > now);
  }

  /** The bytes of a version that everybody can see; undefined otherwise. A tarball that no packument names yet is not there. */
  async tarball(name: string, version: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (this.#due.isDue(name, this.#options.now()) || !this.#shown.get(name)?.has(version)) await this.visible(name, signal);
    return this.#shown.get(name)?.has(version) ? this.contents.read(name, version, signal) : undefined;
  }

  /** Brings packument and cards up to the log, and signs what has changed. */
  settle(name: string, signal: AbortSignal): Promise<void> {
    return this.#turns.take(name, () => this.#settle(name, signal));
  }

  /** Makes everything anew from nothing but the log, the tarballs and the blobs: every byte is as before when nothing was wrong. */
  async rebuild(signal: AbortSignal): Promise<void> {
    this.contents.forget();
    await this.#history.refresh(signal);
    const { number } = this.#history.head;
    const written: Written[] = [];
    for (const name of this.#history.names()) written.push(await this.#write(name, 'anew', signal));
    const all = new Map(written.flatMap(({ changes }) => [...changes].filter((change): change is [string, TargetDigest] => change[1] !== null)));
    await this.#derived.keepOnly(new Set(all.keys()), signal);
    for (const key of signedElsewhere) {
      const signed = await this.#derived.vouched.about(key, signal);
      if (signed) all.set(key, signed);
    }
    await this.#options.signing?.replace(all, signal);
    await this.#history.refresh(signal);
    for (const name of this.#history.names()) if (this.#history.lastEvent(name) > number) this.#unsettled.add(name);
    await this.#conclude(written, signal);
    await this.settleAll(signal);
  }

  /** Lets versions appear whose time has come, and finishes what failed. Throws what stopped the first name that could not be settled, after all others. */
  async reveal(signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    for (const name of new Set([...this.#due.names(this.#options.now()), ...this.#unsettled])) await this.settle(name, signal).catch((thrown: unknown) => failures.push(thrown));
    if (failures.length > 0) throw failures[0];
  }

  /** Settles every name that was changed and not settled since, and signs them together; also clears away tarballs of withdrawn versions. */
  async settleAll(signal: AbortSignal): Promise<void> {
    const written: Written[] = [];
    for (const name of this.#unsettled) {
      const { tombstones } = await this.state(name, signal);
      written.push(await this.#write(name, 'trusting', signal));
      for (const version of tombstones) await this.contents.delete(name, version, signal);
    }
    await this.#sign(new Map(written.flatMap(({ changes }) => [...changes])), signal);
    await this.#conclude(written, signal);
  }

  /** Takes names off the list of those to settle, on the word of a checkpoint. */
  trust(lastEvent: number, moment: number): void {
    for (const name of this.#unsettled) {
      const appeared = this.#history.lastEvent(name) > lastEvent || this.#moments(name).some((appears) => appears > moment);
      if (!appeared) this.#unsettled.delete(name);
    }
  }

  #show(name: string, packument: Packument | undefined): void {
    if (packument) this.#shown.set(name, new Set(Object.keys(packument.versions)));
    else this.#shown.delete(name);
  }

  #take(event: LogEvent): void {
    this.#unsettled.add(event.name);
    // The log is still being opened when the first events arrive: what they leave behind is looked at when they are settled.
    const appears = event.kind === 'release' || (event.kind === 'publish' && event.state === 'PASSED' && !event.secondPerson) ? Date.parse(event.visible ?? '') : NaN;
    if (appears > this.#options.now()) this.#due.note(event.name, appears);
  }

  /** When its versions appear. */
  #moments(name: string): number[] {
    return this.#history.of(name).events.flatMap((event) => (event.kind === 'publish' ? [this.#history.appears(event)] : [])).filter(Number.isFinite);
  }

  async #settle(name: string, signal: AbortSignal): Promise<void> {
    const written = await this.#write(name, 'trusting', signal);
    await this.#sign(written.changes, signal);
    if (await this.#derived.stands(written, signal)) return this.#settled(written);
    // Another process has replaced the packument, and what is signed now may be the older of the two.
    await this.#history.refresh(signal);
    return this.#settle(name, signal);
  }

  /** Writes what has changed and tells whoever wants to know. */
  async #write(name: string, reading: Reading, signal: AbortSignal): Promise<Written> {
    const { written, packument, at } = await this.#derived.write(name, reading, signal);
    this.#show(name, packument);
    this.#options.onChange?.(name, packument);
    this.#due.replace(name, this.#moments(name).filter((moment) => moment > at));
    return written;
  }

  async #sign(changes: ReadonlyMap<string, TargetDigest | null>, signal: AbortSignal): Promise<void> {
    const { signing, storage } = this.#options;
    if (signing && changes.size > 0) await signing.publish(changes, signal);
    else await storage.flush(signal);
  }

  #settled({ name, version, events }: Written): void {
    this.#derived.vouched.note(name, version);
    if (this.#history.of(name).events.length === events) this.#unsettled.delete(name);
  }

  /** After several were signed together: those that were replaced meanwhile are settled again. */
  async #conclude(written: readonly Written[], signal: AbortSignal): Promise<void> {
    for (const each of written) {
      if (await this.#derived.stands(each, signal)) this.#settled(each);
      else await this.settle(each.name, signal);
    }
  }

}

/** Throws REQUEST_INVALID for an event that nobody could read in the log again. */
function refuseUnwritable(event: Event): void {
  const { error } = eventSchema.safeParse(event);
  if (error) throw new ByomlError('REQUEST_INVALID', `${event.name}: ${error.issues[0]?.path.join('.') ?? 'event'}: ${error.issues[0]?.message ?? 'invalid'}`, { details: { name: event.name } });
}
