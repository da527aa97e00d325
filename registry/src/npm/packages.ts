import { ByomlError } from '@byoml/core';
import { eventSchema, type Event, type LogEvent, type PublishEvent } from '../log/event.ts';
import type { Storage, Stored } from '../storage/storage.ts';
import { targetDigest, type TargetDigest } from '../trust/tuf/target.ts';
import { Cards } from './cards.ts';
import { Contents, type Description } from './contents.ts';
import { Due } from './due.ts';
import { History, appearance } from './history.ts';
import { JointTurns } from './joint-turns.ts';
import { packumentKey } from './name.ts';
import { foldPackage, type PackageState } from './package-state.ts';
import { packumentOf, type Manifest, type Packument } from './packument.ts';
import type { Signing } from './signing.ts';
import { StoredPackuments, readable, versionOf } from './stored-packuments.ts';
import { Vouched } from './vouched.ts';

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

/** What is in the storage of a package now, and has to be signed. */
interface Written {
  readonly name: string;
  /** Of the packument, in the storage; `absent` for none. */
  readonly version: string;
  /** Events of the package that are in it. */
  readonly events: number;
  /** Of the packument and the cards that have changed. */
  readonly changes: ReadonlyMap<string, TargetDigest | null>;
}

/** Whether what a packument says of a tarball may be taken over when nothing speaks against it. */
type Reading = 'trusting' | 'anew';

/** A version whose tarball was read. */
type Fresh = Description & { readonly event: PublishEvent };

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
  readonly #cards: Cards;
  readonly #turns = new JointTurns();
  readonly #due = new Due();
  /** Names whose packument may be older than the log, or not signed. */
  readonly #unsettled = new Set<string>();
  readonly #vouched: Vouched;
  /** Name → versions that its packument names. */
  readonly #shown = new Map<string, ReadonlySet<string>>();
  #history!: History;

  private constructor(options: PackagesOptions) {
    this.#options = options;
    this.#stored = new StoredPackuments(options.storage, options.publicUrl);
    this.#cards = new Cards(options.storage);
    this.#vouched = new Vouched(options.signing);
    this.contents = new Contents(options.storage);
  }

  static async open(options: PackagesOptions, signal: AbortSignal): Promise<Packages> {
    const packages = new Packages(options);
    packages.#history = await History.open(options.storage, { now: options.now, onEvent: (event) => packages.#take(event), signal });
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
    return made(name, { state, lastEvent: this.#lastEvent(name), manifests: (await this.#described(state, { known, signal })).manifests });
  }

  /** Every version that arrived, visible or not. */
  state(name: string, signal: AbortSignal): Promise<PackageState> {
    return this.#state(name, () => true, signal);
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
    await this.#cards.keepOnly(new Set(all.keys()), signal);
    for (const key of signedElsewhere) {
      const signed = await this.#vouched.about(key, signal);
      if (signed) all.set(key, signed);
    }
    await this.#options.signing?.replace(all, signal);
    for (const name of this.#history.names()) if (this.#lastEvent(name) > number) this.#unsettled.add(name);
    await this.#conclude(written, signal);
    await this.settleAll(signal);
  }

  /** Lets versions appear whose time has come, and finishes what failed. */
  async reveal(signal: AbortSignal): Promise<void> {
    for (const name of new Set([...this.#due.names(this.#options.now()), ...this.#unsettled])) await this.settle(name, signal);
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
      const appeared = this.#lastEvent(name) > lastEvent || this.#moments(name).some((appears) => appears > moment);
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

  /** Milliseconds since 1970; Infinity while somebody has to release the version. */
  #appears(event: PublishEvent): number {
    const visible = appearance(this.#history.of(event.name), event);
    return visible === null ? Infinity : Date.parse(visible);
  }

  /** When its versions appear. */
  #moments(name: string): number[] {
    return this.#history.of(name).events.flatMap((event) => (event.kind === 'publish' && Number.isFinite(this.#appears(event)) ? [this.#appears(event)] : []));
  }

  async #state(name: string, counts: (event: PublishEvent) => boolean, signal: AbortSignal): Promise<PackageState> {
    const { events, live } = this.#history.of(name);
    const there = new Set<number>();
    for (const event of events) if (event.kind === 'publish' && live.has(event.version) && counts(event) && (await this.contents.has(event, signal))) there.add(event.number);
    return foldPackage(events, ({ number }) => there.has(number));
  }

  async #settle(name: string, signal: AbortSignal): Promise<void> {
    const written = await this.#write(name, 'trusting', signal);
    await this.#sign(written.changes, signal);
    if (await this.#stands(written, signal)) return this.#settled(written);
    // Another process has replaced the packument, and what is signed now may be the older of the two.
    await this.#history.refresh(signal);
    return this.#settle(name, signal);
  }

  /** Writes cards and packument; says what of them has to be signed. */
  async #write(name: string, reading: Reading, signal: AbortSignal): Promise<Written> {
    for (;;) {
      const now = this.#options.now();
      const base = await this.#base(name, reading, signal);
      const [events, lastEvent] = [this.#history.of(name).events.length, this.#lastEvent(name)];
      const state = await this.#state(name, (event) => this.#appears(event) <= now, signal);
      const { manifests, fresh } = await this.#described(state, { known: base.known, signal });
      // Cards come first, so that a packument never names a version without one.
      const changes = new Map<string, TargetDigest | null>([...(await this.#cards.put(fresh, signal)), ...(await this.#cards.delete(name, base.versions.filter((version) => !state.versions.has(version)), signal))]);
      const packument = made(name, { state, lastEvent, manifests });
      const bytes = this.#stored.encoded(packument);
      const version = await this.#stored.replace(name, bytes, { stored: base.stored, signal });
      if (version === false) continue;
      if (!base.trusted || version !== versionOf(base.stored)) changes.set(packumentKey(name), bytes ? targetDigest(bytes) : null);
      this.#show(name, packument);
      this.#options.onChange?.(name, packument);
      this.#due.replace(name, this.#moments(name).filter((moment) => moment > now));
      return { name, version, events, changes };
    }
  }

  /** What a new packument is made on: the one that is there, as far as it may be believed. */
  async #base(name: string, reading: Reading, signal: AbortSignal): Promise<Base> {
    const stored = await this.#stored.read(name, signal);
    const before = readable(stored, name);
    if (before && Number.parseInt(before._rev) > this.#lastEvent(name)) await this.#history.refresh(signal);
    if (reading === 'anew' || !(await this.#believes(name, stored, signal))) return { stored, trusted: false, known: {}, versions: this.#everPublished(name) };
    const known = before?.versions ?? {};
    for (const [version, { dist }] of Object.entries(known)) this.contents.learn(name, version, dist.integrity);
    return { stored, trusted: true, known, versions: Object.keys(known) };
  }

  /** A name that has just begun has nothing yet that somebody could have signed. */
  async #believes(name: string, stored: Stored | undefined, signal: AbortSignal): Promise<boolean> {
    return (!stored && this.#history.of(name).events.length === 1) || this.#vouched.has(name, stored, signal);
  }

  async #sign(changes: ReadonlyMap<string, TargetDigest | null>, signal: AbortSignal): Promise<void> {
    if (changes.size > 0) await this.#options.signing?.publish(changes, signal);
  }

  /** Whether nobody has replaced the packument since it was written. */
  async #stands({ name, version, changes }: Written, signal: AbortSignal): Promise<boolean> {
    return !this.#options.signing || changes.size === 0 || versionOf(await this.#stored.read(name, signal)) === version;
  }

  #settled({ name, version, events }: Written): void {
    this.#vouched.note(name, version);
    if (this.#history.of(name).events.length === events) this.#unsettled.delete(name);
  }

  /** After several were signed together: those that were replaced meanwhile are settled again. */
  async #conclude(written: readonly Written[], signal: AbortSignal): Promise<void> {
    for (const each of written) {
      if (await this.#stands(each, signal)) this.#settled(each);
      else await this.settle(each.name, signal);
    }
  }

  #lastEvent(name: string): number {
    return this.#history.of(name).events.at(-1)?.number ?? 0;
  }

  #everPublished(name: string): string[] {
    return [...new Set(this.#history.of(name).events.flatMap((event) => (event.kind === 'publish' ? [event.version] : [])))];
  }

  /** The manifest of every version: as it is known already, or made from its tarball; then it is among the fresh ones. */
  async #described({ versions }: PackageState, { known, signal }: { readonly known: Readonly<Record<string, Manifest>>; readonly signal: AbortSignal }): Promise<{ readonly manifests: ReadonlyMap<string, Manifest>; readonly fresh: readonly Fresh[] }> {
    const manifests = new Map<string, Manifest>();
    const fresh: Fresh[] = [];
    for (const [version, { published: event }] of versions) {
      const same = known[version]?.dist.integrity === event.integrity ? known[version] : undefined;
      const description = same ? undefined : await this.contents.description(event, signal);
      if (description) fresh.push({ ...description, event });
      const manifest = same ?? description?.manifest;
      if (!manifest) throw new ByomlError('STORAGE_FAILED', `${event.name}@${version}: its tarball is gone`, { details: { name: event.name, version } });
      manifests.set(version, manifest);
    }
    return { manifests, fresh };
  }
}

const made = (name: string, { manifests, ...rest }: Omit<Parameters<typeof packumentOf>[0], 'name'>): Packument | undefined => (manifests.size === 0 ? undefined : packumentOf({ name, manifests, ...rest }));

/** Throws REQUEST_INVALID for an event that nobody could read in the log again. */
function refuseUnwritable(event: Event): void {
  const { error } = eventSchema.safeParse(event);
  if (error) throw new ByomlError('REQUEST_INVALID', `${event.name}: ${error.issues[0]?.path.join('.') ?? 'event'}: ${error.issues[0]?.message ?? 'invalid'}`, { details: { name: event.name } });
}
