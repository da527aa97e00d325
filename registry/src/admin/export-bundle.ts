import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ByomlError, type Progress } from '@byoml/core';
import { satisfies } from 'semver';
import type { PublishEvent } from '../log/event.ts';
import { blobKey } from '../npm/blobs.ts';
import { cardKey } from '../npm/card.ts';
import { History } from '../npm/history.ts';
import { packumentKey, tarballKey } from '../npm/name.ts';
import { readable } from '../npm/stored-packuments.ts';
import { integrityOf } from '../npm/tarball.ts';
import { folderStorage } from '../storage/folder.ts';
import type { Storage } from '../storage/storage.ts';
import { targetDigest, type TargetDigest } from '../trust/tuf/target.ts';
import { advisoriesKey } from './advisories-file.ts';
import { bundlePath } from './bundle-layout.ts';
import { refuseMissing } from './places.ts';
import { readSignedEdition, type SignedEdition } from './signed-edition.ts';
import type { PackageChoice } from './version-named.ts';

export interface ExportOptions {
  /** Folder of the bundle; new or empty. */
  readonly out: string;
  /** All packages when absent. */
  readonly packages?: readonly PackageChoice[] | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** A bundle that was written. */
export interface Exported {
  readonly out: string;
  readonly packages: number;
  /** Versions whose tarball is in it. */
  readonly versions: number;
  /** When the signed timestamp in it expires, as ISO 8601: online clients take it no longer, `import` does. */
  readonly expires: string;
}

/** A server that writes meanwhile is between two editions for a moment. */
const mostAttempts = 40;
const waitMs = 100;

/** What was signed is not what is in the storage: right now, or for good. */
class Moved extends Error {}

/**
 * Writes what everybody may read of a registry, as of one signed edition, into a folder that static hosting can serve and `import` takes over: never private
 * objects, keys or what is hidden. Throws FOLDER_OCCUPIED, PACKAGE_UNKNOWN for a choice that fits nothing, TRUST_REFUSED when the registry does not hold, WRITE_FAILED.
 */
export async function exportBundle(root: string, { out, packages, progress }: ExportOptions, signal: AbortSignal): Promise<Exported> {
  const { data } = await refuseMissing(root);
  const target = resolve(out);
  if ((await readdir(target).catch(() => [])).length > 0) throw new ByomlError('FOLDER_OCCUPIED', `${out} is not empty`, { details: { folder: out } });
  await using storage = await folderStorage(data);
  const partial = `${target}.${randomUUID()}.partial`;
  try {
    const exported = await attempts(() => new Copy({ storage, folder: partial, packages, progress, signal }).all(), partial, signal);
    await rm(target, { recursive: true, force: true });
    await rename(partial, target);
    return { out: target, ...exported };
  } catch (thrown) {
    if (thrown instanceof Error && 'syscall' in thrown) throw new ByomlError('WRITE_FAILED', `${out}: ${thrown.message}`, { cause: thrown, details: { folder: out } });
    throw thrown;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function attempts<T>(work: () => Promise<T>, partial: string, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Moved)) throw thrown;
      if (attempt === mostAttempts) throw new ByomlError('TRUST_REFUSED', `${thrown.message}; \`byoml registry verify\` tells more`, { cause: thrown });
      await rm(partial, { recursive: true, force: true });
      await setTimeout(waitMs, undefined, { signal });
    }
  }
}

interface Copying {
  readonly storage: Storage;
  readonly folder: string;
  readonly packages: readonly PackageChoice[] | undefined;
  readonly progress: ExportOptions['progress'];
  readonly signal: AbortSignal;
}

class Copy {
  readonly #copying: Copying;
  #edition!: SignedEdition;
  #history!: History;

  constructor(copying: Copying) {
    this.#copying = copying;
  }

  async all(): Promise<Omit<Exported, 'out'>> {
    const { storage, signal, progress } = this.#copying;
    this.#edition = await readSignedEdition(storage, { signal });
    for (const key of this.#edition.files) await this.#copy(key);
    this.#history = await History.open(storage, { now: Date.now, onEvent: () => undefined, signal });
    for await (const key of storage.list('v1/log/', signal)) await this.#copy(key);
    await this.#advisories();
    const names = this.#names();
    let versions = 0;
    for (const [i, name] of names.entries()) {
      versions += await this.#package(name);
      progress?.({ done: i + 1, total: names.length, unit: 'packages' });
    }
    return { packages: names.length, versions, expires: this.#edition.roles.timestamp.expires.toISOString() };
  }

  #names(): readonly string[] {
    const { packages } = this.#copying;
    const all = [...this.#history.names()].filter((name) => this.#edition.targets.has(packumentKey(name)));
    const unknown = packages?.find(({ name }) => !all.includes(name));
    if (unknown) throw new ByomlError('PACKAGE_UNKNOWN', `${unknown.name}: the registry has no visible package of that name`, { details: { name: unknown.name } });
    return packages ? all.filter((name) => packages.some((choice) => choice.name === name)) : all;
  }

  #isChosen(name: string, version: string): boolean {
    const { packages } = this.#copying;
    return !packages || packages.some((choice) => choice.name === name && satisfies(version, choice.range, { includePrerelease: true }));
  }

  /** How many versions of it are in the bundle. */
  async #package(name: string): Promise<number> {
    const key = packumentKey(name);
    const bytes = await this.#signed(key);
    const packument = readable({ bytes, version: '' }, name);
    if (!packument) throw new Moved(`${key} is no packument`);
    const chosen = Object.values(packument.versions).filter(({ version }) => this.#isChosen(name, version));
    if (chosen.length === 0) throw new ByomlError('PACKAGE_UNKNOWN', `${name}: no visible version fits the range`, { details: { name } });
    for (const { version, dist } of chosen) await this.#version(name, version, dist.integrity);
    return chosen.length;
  }

  async #version(name: string, version: string, integrity: string): Promise<void> {
    await this.#signed(cardKey(name, version));
    const key = tarballKey(name, version);
    if (integrityOf(await this.#copy(key)) !== integrity) throw new Moved(`${key} is not what the packument says`);
    const event = this.#history.of(name).events.find((each): each is PublishEvent => each.kind === 'publish' && each.version === version && each.integrity === integrity);
    if (!event) throw new Moved(`${name}@${version} is not in the log`);
    for (const digest of [event.signature, event.provenance]) if (digest !== null) await this.#blob(digest);
  }

  async #advisories(): Promise<void> {
    if (this.#edition.targets.has(advisoriesKey)) await this.#signed(advisoriesKey);
    for (const name of this.#history.names()) for (const event of this.#history.of(name).events) if (event.kind === 'advisory') await this.#blob(event.blob);
  }

  async #blob(digest: string): Promise<void> {
    const bytes = await this.#copy(blobKey(digest));
    if (targetDigest(bytes).sha256 !== digest) throw new Moved(`${blobKey(digest)} is damaged`);
  }

  async #signed(key: string): Promise<Uint8Array> {
    const signed: TargetDigest | undefined = this.#edition.targets.get(key);
    const bytes = await this.#copy(key);
    if (signed?.sha256 !== targetDigest(bytes).sha256) throw new Moved(`${key} is not what was signed`);
    return bytes;
  }

  async #copy(key: string): Promise<Uint8Array> {
    const { storage, folder, signal } = this.#copying;
    const stored = await storage.read(key, signal);
    if (!stored) throw new Moved(`${key} is gone`);
    const path = bundlePath(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, stored.bytes);
    return stored.bytes;
  }
}
