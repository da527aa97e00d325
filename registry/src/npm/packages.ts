import { ByomlError } from '@byoml/core';
import type { Event, LogEvent, PublishEvent } from '../log/event.ts';
import { absent, type Storage, type Stored } from '../storage/storage.ts';
import { Contents } from './contents.ts';
import { History, appearance } from './history.ts';
import { packumentKey } from './name.ts';
import { foldPackage, type PackageState } from './package-state.ts';
import { packumentAt, packumentOf, packumentSchema, type Manifest, type Packument } from './packument.ts';
import { Recent } from './recent.ts';
import { Turns } from './turns.ts';

export interface PackagesOptions {
  readonly storage: Storage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where readers find tarballs without this server, ending in a slash; empty: packuments in the storage name them relatively. */
  readonly publicUrl?: string;
  /** Told a package's packument whenever it was made anew; undefined when nothing of it is visible. */
  readonly onChange?: (name: string, packument: Packument | undefined) => void;
}

/** A version that nobody can see yet. */
export interface HiddenVersion {
  readonly version: string;
  /** When it appears, as ISO 8601; null while a person has to decide. */
  readonly visible: string | null;
}

/** Bytes of a packument that may stay in memory. */
const worthKeeping = 128 << 10;

/**
 * The packages. The log is the truth together with the tarballs; packuments are made from the two and can be made again.
 * A change is first written to the log, then the tarball, then the packument: whoever dies in between leaves something that the next opening finishes or nobody sees.
 */
export class Packages {
  readonly contents: Contents;
  readonly #storage: Storage;
  readonly #options: PackagesOptions;
  readonly #turns = new Turns();
  /** Names whose packument may be older than the log. */
  readonly #unsettled = new Set<string>();
  /** Name → next moment at which one of its versions appears. */
  readonly #due = new Map<string, number>();
  readonly #recent = new Recent<{ readonly version: string; readonly packument: Packument }>(256);
  /** Name → versions that its packument names. */
  readonly #shown = new Map<string, ReadonlySet<string>>();
  #history!: History;

  private constructor(options: PackagesOptions) {
    this.#options = options;
    this.#storage = options.storage;
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

  /** Writes a decision to the log and brings the packument up to it. `between` runs after the first and before the second. */
  async decide(event: Event, { guard, between, signal }: { readonly guard?: () => void; readonly between?: () => Promise<void>; readonly signal: AbortSignal }): Promise<void> {
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
    if (this.#isDue(name)) await this.settle(name, signal);
    const stored = await this.#storage.read(packumentKey(name), signal);
    const packument = stored && this.#decoded(stored, name);
    if (!packument) this.#shown.delete(name);
    return packument && { packument, version: stored.version };
  }

  /** With the versions that are still hidden, for owners; undefined when the package has none at all. */
  async everything(name: string, signal: AbortSignal): Promise<Packument | undefined> {
    const stored = await this.#storage.read(packumentKey(name), signal);
    return this.#made(name, await this.state(name, signal), { known: stored ? decoded(stored.bytes, name).versions : {}, signal });
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
    if (this.#isDue(name) || !this.#shown.get(name)?.has(version)) await this.packument(name, signal);
    return this.#shown.get(name)?.has(version) ? this.contents.read(name, version, signal) : undefined;
  }

  /** Makes the packument anew from the log and the tarballs. */
  settle(name: string, signal: AbortSignal): Promise<void> {
    return this.#turns.take(name, () => this.#settle(name, { trusting: true, signal }));
  }

  /** Makes every packument anew from nothing but the log and the tarballs. */
  async rebuild(signal: AbortSignal): Promise<void> {
    this.contents.forget();
    for (const name of this.#history.names()) await this.#turns.take(name, () => this.#settle(name, { trusting: false, signal }));
  }

  /** Lets versions appear whose time has come. */
  async reveal(signal: AbortSignal): Promise<void> {
    for (const [name, due] of this.#due) if (due <= this.#options.now()) await this.settle(name, signal);
  }

  /** Settles every name that was changed and not settled since; also clears away tarballs of withdrawn versions. */
  async settleAll(signal: AbortSignal): Promise<void> {
    for (const name of this.#unsettled) {
      const { tombstones } = await this.state(name, signal);
      await this.settle(name, signal);
      for (const version of tombstones) await this.contents.delete(name, version, signal);
    }
  }

  /** Takes names off the list of those to settle, on the word of a checkpoint. */
  trust(lastEvent: number, moment: number): void {
    for (const name of this.#unsettled) {
      const appeared = this.#history.of(name).events.some((event) => event.number > lastEvent || (event.kind === 'publish' && Number.isFinite(this.#appears(event)) && this.#appears(event) > moment));
      if (!appeared) this.#unsettled.delete(name);
    }
  }

  #decoded({ bytes, version }: Stored, name: string): Packument {
    const known = this.#recent.get(name);
    if (known?.version === version) return known.packument;
    const packument = decoded(bytes, name);
    this.#show(name, packument);
    if (bytes.length <= worthKeeping) this.#recent.put(name, { version, packument });
    return packument;
  }

  #isDue(name: string): boolean {
    return (this.#due.get(name) ?? Infinity) <= this.#options.now();
  }

  #show(name: string, packument: Packument | undefined): void {
    if (packument) this.#shown.set(name, new Set(Object.keys(packument.versions)));
    else this.#shown.delete(name);
  }

  #take(event: LogEvent): void {
    this.#unsettled.add(event.name);
    // The log is still being opened when the first events arrive: what they leave behind is looked at when they are settled.
    const appears = event.kind === 'release' || (event.kind === 'publish' && event.state === 'PASSED' && !event.secondPerson) ? Date.parse(event.visible ?? '') : NaN;
    if (appears > this.#options.now()) this.#due.set(event.name, Math.min(appears, this.#due.get(event.name) ?? Infinity));
  }

  /** Milliseconds since 1970; Infinity while somebody has to release the version. */
  #appears(event: PublishEvent): number {
    const visible = appearance(this.#history.of(event.name), event);
    return visible === null ? Infinity : Date.parse(visible);
  }

  async #state(name: string, counts: (event: PublishEvent) => boolean, signal: AbortSignal): Promise<PackageState> {
    const { events, live } = this.#history.of(name);
    const there = new Set<number>();
    for (const event of events) if (event.kind === 'publish' && live.has(event.version) && counts(event) && (await this.contents.has(event, signal))) there.add(event.number);
    return foldPackage(events, ({ number }) => there.has(number));
  }

  async #settle(name: string, { trusting, signal }: { readonly trusting: boolean; readonly signal: AbortSignal }): Promise<void> {
    const now = this.#options.now();
    const before = this.#history.of(name).events.length;
    for (;;) {
      const stored = await this.#storage.read(packumentKey(name), signal);
      const known = stored && trusting ? knownIn(stored.bytes, name) : {};
      for (const [version, { dist }] of Object.entries(known)) this.contents.learn(name, version, dist.integrity);
      const made = await this.#made(name, await this.#state(name, (event) => this.#appears(event) <= now, signal), { known, signal });
      if (await this.#replaced(name, made, { expected: stored?.version ?? absent, signal })) {
        this.#show(name, made);
        this.#options.onChange?.(name, made);
        break;
      }
    }
    if (this.#history.of(name).events.length === before) this.#unsettled.delete(name);
    this.#remind(name, now);
  }

  async #replaced(name: string, made: Packument | undefined, condition: { readonly expected: string; readonly signal: AbortSignal }): Promise<boolean> {
    const key = packumentKey(name);
    if (!made) return condition.expected === absent || (await this.#storage.delete(key, condition));
    const based = this.#options.publicUrl === undefined ? made : packumentAt(made, this.#options.publicUrl);
    return (await this.#storage.write(key, new TextEncoder().encode(JSON.stringify(based)), condition)) !== undefined;
  }

  async #made(name: string, state: PackageState, { known, signal }: { readonly known: Readonly<Record<string, Manifest>>; readonly signal: AbortSignal }): Promise<Packument | undefined> {
    const manifests = new Map<string, Manifest>();
    for (const [version, { published }] of state.versions) {
      const same = known[version]?.dist.integrity === published.integrity ? known[version] : undefined;
      const manifest = same ?? (await this.contents.manifest(published, signal));
      if (!manifest) throw new ByomlError('STORAGE_FAILED', `${name}@${version}: its tarball is gone`, { details: { name, version } });
      manifests.set(version, manifest);
    }
    if (manifests.size === 0) return undefined;
    return packumentOf({ name, state, lastEvent: this.#history.of(name).events.at(-1)?.number ?? 0, manifests });
  }

  #remind(name: string, now: number): void {
    const times = this.#history.of(name).events.flatMap((event) => (event.kind === 'publish' ? [this.#appears(event)] : []));
    const next = Math.min(...times.filter((time) => time > now));
    if (Number.isFinite(next)) this.#due.set(name, next);
    else this.#due.delete(name);
  }
}

/** A packument that cannot be read is made anew. */
function knownIn(bytes: Uint8Array, name: string): Packument['versions'] {
  try {
    return decoded(bytes, name).versions;
  } catch {
    return {};
  }
}

function decoded(bytes: Uint8Array, name: string): Packument {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    packumentSchema.parse(value);
    return value as Packument; // as it is written: the schema would sort its keys
  } catch (thrown) {
    throw new ByomlError('STORAGE_FAILED', `${packumentKey(name)} is no packument`, { details: { name }, cause: thrown });
  }
}
