import type { PublishEvent } from '../log/event.ts';
import { absent, type Storage } from '../storage/storage.ts';
import { tarballKey } from './name.ts';
import { readPackage, type PluginContent } from './package-content.ts';
import { manifestOf, type Manifest } from './packument.ts';
import { Recent } from './recent.ts';
import { integrityOf } from './tarball.ts';

const kept = 64;

/** What a tarball says, as it is told in a packument and in a card. */
export interface Description {
  readonly manifest: Manifest;
  readonly plugin: PluginContent;
}

/** The tarballs in the storage: whether one is there, and what it says. A tarball never changes. */
export class Contents {
  readonly #storage: Storage;
  /** Key → integrity of what is known to be there. */
  readonly #there = new Map<string, string>();
  readonly #descriptions = new Recent<Description>(kept);

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The tarball as it is, visible or not. */
  async read(name: string, version: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return (await this.#storage.read(tarballKey(name, version), signal))?.bytes;
  }

  /** Whether the storage now holds these bytes: false when it held others before. */
  async put(description: Description, tarball: Uint8Array, signal: AbortSignal): Promise<boolean> {
    const { name, version, dist } = description.manifest;
    const written = await this.#storage.write(tarballKey(name, version), tarball, { expected: absent, durable: 'whole', signal });
    const same = written !== undefined || (await this.#integrity(name, version, signal)) === dist.integrity;
    if (same) this.#keep(description);
    return same;
  }

  async delete(name: string, version: string, signal: AbortSignal): Promise<void> {
    this.#there.delete(tarballKey(name, version));
    await this.#storage.delete(tarballKey(name, version), { signal });
  }

  /** Whether the tarball of a publication arrived. */
  async has({ name, version, integrity }: PublishEvent, signal: AbortSignal): Promise<boolean> {
    return (this.#there.get(tarballKey(name, version)) ?? (await this.#integrity(name, version, signal))) === integrity;
  }

  /** Undefined when the tarball is gone. */
  async description({ name, version, integrity }: PublishEvent, signal: AbortSignal): Promise<Description | undefined> {
    const known = this.#descriptions.get(integrity);
    if (known?.manifest.name === name && known.manifest.version === version) return known;
    const tarball = await this.read(name, version, signal);
    if (!tarball || integrityOf(tarball) !== integrity) return undefined;
    const content = await readPackage(tarball, signal);
    const description = { manifest: manifestOf({ name, version, tarball, content }), plugin: content.plugin };
    this.#keep(description);
    return description;
  }

  /** Takes a packument's word for a tarball. */
  learn(name: string, version: string, integrity: string): void {
    this.#there.set(tarballKey(name, version), integrity);
  }

  /** Looks at the storage again for everything. */
  forget(): void {
    this.#there.clear();
    this.#descriptions.clear();
  }

  async #integrity(name: string, version: string, signal: AbortSignal): Promise<string | undefined> {
    const tarball = await this.read(name, version, signal);
    if (!tarball) return undefined;
    const integrity = integrityOf(tarball);
    this.learn(name, version, integrity);
    return integrity;
  }

  #keep(description: Description): void {
    const { name, version, dist } = description.manifest;
    this.learn(name, version, dist.integrity);
    this.#descriptions.put(dist.integrity, description);
  }
}
