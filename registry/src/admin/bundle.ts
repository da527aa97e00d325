import { ByomlError } from '@byoml/core';
import type { PublishEvent } from '../log/event.ts';
import { readBlob } from '../npm/blobs.ts';
import { cardKey } from '../npm/card.ts';
import type { Description } from '../npm/contents.ts';
import { History } from '../npm/history.ts';
import { madeCard } from '../npm/made-card.ts';
import { packumentKey, tarballKey } from '../npm/name.ts';
import { readPackage } from '../npm/package-content.ts';
import { manifestOf, type Packument } from '../npm/packument.ts';
import { readable } from '../npm/stored-packuments.ts';
import { integrityOf } from '../npm/tarball.ts';
import type { Storage } from '../storage/storage.ts';
import { readAdvisories, type Advisory } from '../trust/advisories.ts';
import { refusal } from '../trust/refusal.ts';
import { refuseOtherBytes } from '../trust/tuf/target.ts';
import { advisoriesKey, advisoriesSchema } from './advisories-file.ts';
import { authorOf } from './author-of.ts';
import { bundleStorage } from './bundle-storage.ts';
import { readSignedEdition, type SignedEdition } from './signed-edition.ts';

/** A package of a bundle: its packument, verified, and the versions whose tarballs are in the bundle, as they were published. */
export interface BundledPackage {
  readonly name: string;
  readonly packument: Packument;
  readonly publications: readonly PublishEvent[];
}

/** A version of a bundle, everything about it verified. */
export interface BundledVersion {
  readonly event: PublishEvent;
  readonly tarball: Uint8Array;
  readonly description: Description;
  /** Blob of the author's signature; undefined when the author did not sign. */
  readonly signature: Uint8Array | undefined;
  /** Blob of the sigstore bundle; undefined for none. */
  readonly provenance: Uint8Array | undefined;
}

/** An offline bundle whose metadata and log hold. Its methods throw TRUST_REFUSED for what is not as it was signed. */
export class Bundle {
  readonly edition: SignedEdition;
  readonly #storage: Storage;
  readonly #history: History;

  private constructor(storage: Storage, edition: SignedEdition, history: History) {
    this.#storage = storage;
    this.edition = edition;
    this.#history = history;
  }

  /** Follows the signed metadata from a root that came another way, then the log. Throws TRUST_REFUSED, REGISTRY_FAILED when there is no such folder. */
  static async open(folder: string, trustedRoot: Uint8Array, signal: AbortSignal): Promise<Bundle> {
    const storage = bundleStorage(folder);
    const edition = await readSignedEdition(storage, { trustedRoot, signal });
    return new Bundle(storage, edition, await History.open(storage, { now: Date.now, onEvent: () => undefined, signal }));
  }

  /** What is in the bundle, in the order of the log. Nothing of a tarball was looked at yet. */
  async packages(signal: AbortSignal): Promise<readonly BundledPackage[]> {
    const found: BundledPackage[] = [];
    for (const path of this.edition.targets.keys()) {
      const bytes = path.startsWith('npm/') ? await this.#signed(path, signal) : undefined;
      if (bytes) found.push(await this.#package(path, bytes, signal));
    }
    const first = ({ publications: [publication] }: BundledPackage): number => publication?.number ?? Infinity;
    return found.sort((a, b) => first(a) - first(b));
  }

  /** Throws TRUST_REFUSED also for a signature of the author that does not hold. */
  async version({ event, packument }: { readonly event: PublishEvent; readonly packument: Packument }, signal: AbortSignal): Promise<BundledVersion> {
    const { name, version } = event;
    const key = tarballKey(name, version);
    const tarball = (await this.#storage.read(key, signal))?.bytes;
    if (!tarball || integrityOf(tarball) !== event.integrity) throw refusal(key, tarball ? `the tarball has the digest ${integrityOf(tarball)}, the log says ${event.integrity}` : 'the tarball is gone');
    if (packument.versions[version]?.dist.integrity !== event.integrity) throw refusal(key, 'the signed packument says another digest');
    const content = await readPackage(tarball, signal);
    const [signature, provenance] = await Promise.all([event.signature, event.provenance].map(async (digest) => (digest === null ? undefined : this.#blob(digest, signal))));
    authorOf({ event, plugin: content.plugin, signature });
    const card = await this.#signed(cardKey(name, version), signal);
    if (!card || !Buffer.from(madeCard({ event, plugin: content.plugin, signature, provenance })).equals(card)) throw refusal(cardKey(name, version), 'the signed card is not what log, tarball and blobs make');
    return { event, tarball, description: { manifest: manifestOf({ name, version, tarball, content }), plugin: content.plugin }, signature, provenance };
  }

  /** Those that count, signed by the registry of the bundle. */
  async advisories(now: Date, signal: AbortSignal): Promise<readonly Advisory[]> {
    const bytes = await this.#signed(advisoriesKey, signal);
    if (!bytes) return [];
    const { advisories } = advisoriesSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return readAdvisories(advisories, this.edition.signers, now).accepted;
  }

  async #package(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<BundledPackage> {
    const name = path.slice(packumentKey('').length);
    const packument = readable({ bytes, version: '' }, name);
    if (!packument || packument.name !== name) throw refusal(path, `it is no packument of ${name}`);
    const publications: PublishEvent[] = [];
    for (const [version, { dist }] of Object.entries(packument.versions)) {
      if (!(await this.#storage.read(tarballKey(name, version), signal))) continue;
      const event = this.#history.of(name).events.find((each): each is PublishEvent => each.kind === 'publish' && each.version === version && each.integrity === dist.integrity);
      if (!event) throw refusal(path, `the log does not know ${name}@${version} with the digest that is signed`);
      publications.push(event);
    }
    return { name, packument, publications: publications.sort((a, b) => a.number - b.number) };
  }

  /** Undefined for what was left out. */
  async #signed(path: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const signed = this.edition.targets.get(path);
    const bytes = signed && (await this.#storage.read(path, signal))?.bytes;
    if (bytes) refuseOtherBytes(path, bytes, signed);
    return bytes;
  }

  async #blob(digest: string, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return await readBlob(this.#storage, digest, signal);
    } catch (thrown) {
      if (thrown instanceof ByomlError && thrown.code === 'STORAGE_FAILED') throw refusal('bundle', thrown.message, thrown);
      throw thrown;
    }
  }
}
