import { expect } from 'vitest';
import { mkdtempSync, realpathSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplePackageJson, sampleManifest, type Files } from '../admission/sample-package.ts';
import { cardKey, type Card } from '../npm/card.ts';
import { packumentKey, tarballKey } from '../npm/name.ts';
import { integrityOf } from '../npm/tarball.ts';
import { packTarball } from '../package/pack.ts';
import { memoryStorage } from '../storage/memory.ts';
import { signAdvisory, type Advisory } from '../trust/advisories.ts';
import { signRelease } from '../trust/author/release.ts';
import type { SigningKey } from '../trust/keys.ts';
import { serve, signal, testRegistry, utf8, type Meddle, type TestRegistry } from '../trust/tuf/registry.test.fixture.ts';
import { targetDigest } from '../trust/tuf/target.ts';
import { sha256 } from './contents.ts';
import { findOffer } from './find-offer.ts';
import { installOffer, type InstallSettings } from './install-offer.ts';
import type { Offer, OfferRequest } from './offer.ts';
import type { Capabilities, LockedPlugin } from './plugins-lock.ts';

export { signal };

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-client-')));
export const newWorkspace = (): Promise<string> => mkdtemp(join(scratch, 'workspace-'));
export const removeWorkspaces = (): Promise<void> => rm(scratch, { recursive: true, force: true });
export const now = new Date();

/** A version to publish. */
export interface Publication {
  readonly name?: string;
  readonly version?: string;
  readonly capabilities?: Capabilities;
  readonly packageJson?: Readonly<Record<string, unknown>>;
  readonly files?: Files;
  readonly author?: SigningKey;
  readonly endorsement?: unknown;
  readonly account?: string;
  readonly published?: Date;
  readonly yanked?: string;
  /** In the place of one with these files. */
  readonly tarball?: Uint8Array;
  readonly plugin?: boolean;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export function tarballOf({ name = '@acme/odd', version = '1.0.0', capabilities = {}, packageJson = {}, files = {}, plugin = true }: Publication): Uint8Array {
  const keywords = plugin ? ['byoml-plugin'] : [];
  const manifest = plugin ? { 'byoml.plugin.json': json({ ...sampleManifest, name, version, capabilities }) } : {};
  return packTarball({ 'package.json': json({ ...samplePackageJson, dependencies: {}, keywords, name, version, ...packageJson }), ...manifest, 'dist/index.js': `export const version = '${version}';\n`, ...files });
}

/** A registry on static hosting: its files are made and signed here and served as they are. */
export class PluginRegistry implements AsyncDisposable {
  readonly trust: TestRegistry;
  readonly #served: Awaited<ReturnType<typeof serve>>;
  readonly #packuments = new Map<string, { versions: Record<string, object>; time: Record<string, string>; tags: Record<string, string> }>();

  private constructor(trust: TestRegistry, served: Awaited<ReturnType<typeof serve>>) {
    this.trust = trust;
    this.#served = served;
  }

  static async open(): Promise<PluginRegistry> {
    const trust = await testRegistry({ storage: memoryStorage() });
    return new PluginRegistry(trust, await serve(trust.storage));
  }

  /** What people give with --registry. */
  get url(): string {
    return `${this.#served.url}/npm/`;
  }

  set meddle(meddle: Meddle) {
    this.#served.meddle = meddle;
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.trust.storage.write(path, bytes, { signal });
  }

  async sign(objects: Readonly<Record<string, Uint8Array>>): Promise<void> {
    for (const [path, bytes] of Object.entries(objects)) await this.write(path, bytes);
    await this.trust.repository.publishTargets(new Map(Object.entries(objects).map(([path, bytes]) => [path, targetDigest(bytes)])), signal);
  }

  async publish(given: Publication = {}): Promise<Uint8Array> {
    const { name = '@acme/odd', version = '1.0.0', tarball = tarballOf(given) } = given;
    await this.write(tarballKey(name, version), tarball);
    await this.sign({ [cardKey(name, version)]: utf8(JSON.stringify(cardOf(given, tarball))), [packumentKey(name)]: utf8(JSON.stringify(this.#packument(given, tarball))) });
    return tarball;
  }

  async advise(...advisories: readonly Advisory[]): Promise<void> {
    await this.sign({ 'v1/advisories.json': utf8(JSON.stringify(advisories.map((each) => signAdvisory(each, this.trust.rootKeys[0] as SigningKey)))) });
  }

  #packument({ name = '@acme/odd', version = '1.0.0', yanked, packageJson = {}, published = new Date(0) }: Publication, tarball: Uint8Array): object {
    const all = this.#packuments.get(name) ?? { versions: {}, time: {}, tags: {} };
    this.#packuments.set(name, all);
    all.versions[version] = { name, version, ...packageJson, ...(yanked !== undefined && { yanked }), dist: { integrity: integrityOf(tarball), tarball: `${this.#served.url}/${tarballKey(name, version)}` } };
    all.time[version] = published.toISOString();
    all.tags['latest'] = version;
    return { _id: name, name, 'dist-tags': all.tags, versions: all.versions, time: all.time };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#served[Symbol.asyncDispose]();
  }
}

function cardOf(given: Publication, tarball: Uint8Array): Card {
  const { name = '@acme/odd', version = '1.0.0', capabilities = {}, author, endorsement, account = 'alice', published = new Date(0), plugin = true } = given;
  const integrity = integrityOf(tarball);
  const manifest = plugin ? sha256(json({ ...sampleManifest, name, version, capabilities })) : null;
  const envelope = author && signRelease({ name, version, integrity, manifest, created: published.toISOString() }, author);
  return {
    format: 1, name, version, integrity, size: tarball.length, publisher: account, published: published.toISOString(), manifest, capabilities, components: [], attack: [],
    author: author ? { key: author.public.hex, envelope, ...(endorsement !== undefined && { endorsement }) } : null, provenance: null,
  };
}

export const offerOf = (workspace: string, registry: PluginRegistry | string | undefined, request: Partial<OfferRequest> = {}): Promise<Offer> =>
  findOffer({ workspace, registry: registry instanceof PluginRegistry ? registry.url : registry, name: '@acme/odd', now, ...request }, signal);

export const install = (offer: Offer, workspace: string, settings: Partial<InstallSettings> = {}): Promise<LockedPlugin> =>
  installOffer(offer, { workspace, level: 'L0', grants: [], keep: false, now, ...settings }, signal);

/** Every file of a workspace's plugins with its content, and the lock. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(await Promise.all(files.map(async (entry) => [join(entry.parentPath, entry.name).slice(folder.length + 1), await readFile(join(entry.parentPath, entry.name), 'utf8')] as const)));
}

export const refusedWith = (code: string, message?: RegExp | string): object => expect.objectContaining({ code, ...(message !== undefined && { message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message) }) });
