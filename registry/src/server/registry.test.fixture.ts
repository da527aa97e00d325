import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { memoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';
import { readPackage } from '../npm/package-content.ts';
import { generateKey, signingKey, type SigningKey } from '../trust/keys.ts';
import type { Admit } from './admit.ts';
import type { RegistryOptions } from './registry.ts';
import { createRegistry, type Created } from './serve.ts';
import type { RegistryTrust } from './trust.ts';

export const signal: AbortSignal = new AbortController().signal;

export const newKey = (): SigningKey => signingKey(generateKey());

/** Keys of a registry that signs. */
export const trust: RegistryTrust = { keys: { timestamp: newKey(), snapshot: newKey(), targets: newKey() }, root: { keys: [newKey()] } };

export interface Shape {
  readonly name?: string;
  readonly version?: string;
  readonly packageJson?: object;
  readonly files?: Readonly<Record<string, string>>;
}

/** No check but one: the server's own tests are not about what a good package is. */
const admitReadable: Admit = async ({ name, version, tarball }) => {
  const { packageJson } = await readPackage(tarball, signal);
  const same = packageJson['name'] === name && packageJson['version'] === version;
  return { state: same ? 'PASSED' : 'REJECTED', packageJson, findings: same ? [] : [{ check: 'identity', message: `package.json in the tarball is not that of ${name}@${version}`, hint: 'Pack it again.' }] };
};

/** A tarball of these files, as npm packs them. */
export function packed(files: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(files).flatMap(([path, text]) => {
    const body = Buffer.from(text);
    const block = Buffer.alloc(512);
    new Header({ path: `package/${path}`, size: body.length, type: 'File', mode: 0o644, mtime: new Date(0) }).encode(block);
    return [block, body, Buffer.alloc(-body.length & 511)];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

export const tarballOf = ({ name = '@acme/odd', version = '1.0.0', packageJson = {}, files = {} }: Shape = {}): Buffer =>
  packed({ 'package.json': JSON.stringify({ name, version, description: 'An odd thing', ...packageJson }), ...files });

/** What `npm publish` sends. */
export function publishBody(shape: Shape = {}, { tag = 'latest', tarball = tarballOf(shape) }: { readonly tag?: string; readonly tarball?: Buffer } = {}): object {
  const { name = '@acme/odd', version = '1.0.0' } = shape;
  return { _id: name, name, 'dist-tags': { [tag]: version }, versions: { [version]: { name, version } }, access: null, _attachments: { [`${name}-${version}.tgz`]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length } } };
}

export const day = 86_400_000;
const start = Date.parse('2026-01-05T12:00:00Z');

/** A registry without a network, at a clock that only moves when it is told to. */
export class Rig implements AsyncDisposable {
  readonly storage: Storage;
  readonly #clock: { now: number };
  readonly #created: Created;
  readonly #tokens: Map<string, string>;

  private constructor({ created, storage, clock, tokens }: { readonly created: Created; readonly storage: Storage; readonly clock: { now: number }; readonly tokens: Map<string, string> }) {
    this.storage = storage;
    this.#clock = clock;
    this.#created = created;
    this.#tokens = tokens;
  }

  /** Without a cooldown and without a limit, unless told otherwise. */
  static async open({ storage = memoryStorage(), before, ...options }: Partial<RegistryOptions> & { readonly before?: Rig } = {}): Promise<Rig> {
    const clock = before ? before.#clock : { now: start };
    const created = await createRegistry({ storage, now: () => clock.now, cooldown: { newMs: 0, updateMs: 0 }, publishLimit: { count: 1000, windowMs: 600_000, freezeMs: 3_600_000 }, registration: 'open', admit: admitReadable, ...options });
    const tokens = before ? before.#tokens : new Map<string, string>();
    if (created.registry.adminToken !== undefined) tokens.set('admin', created.registry.adminToken);
    return new Rig({ created, storage, clock, tokens });
  }

  get app(): FastifyInstance {
    return this.#created.app;
  }

  get registry(): Created['registry'] {
    return this.#created.registry;
  }

  /** Once it listens. */
  get url(): string {
    return this.app.listeningOrigin;
  }

  pass(ms: number): void {
    this.#clock.now += ms;
  }

  get now(): number {
    return this.#clock.now;
  }

  /** A token of an account, which is made when it is first named. */
  async tokenOf(account: string): Promise<string> {
    const known = this.#tokens.get(account);
    if (known !== undefined) return known;
    await this.registry.accounts.create(account, null, signal);
    const { secret } = await this.registry.tokens.issue({ account, right: 'publish', lifeMs: null }, signal);
    this.#tokens.set(account, secret);
    return secret;
  }

  /** A request by an account, or by nobody. */
  async ask(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, { by, body, headers = {} }: { readonly by?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<LightMyRequestResponse> {
    const authorization = by === undefined ? {} : { authorization: `Bearer ${await this.tokenOf(by)}` };
    return this.app.inject({ method, url, headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { payload: JSON.stringify(body) }) });
  }

  publish(shape: Shape = {}, { by = 'author', ...options }: { readonly by?: string; readonly tag?: string; readonly tarball?: Buffer } = {}): Promise<LightMyRequestResponse> {
    return this.ask('PUT', `/${(shape.name ?? '@acme/odd').replace('/', '%2f')}`, { by, body: publishBody(shape, options) });
  }

  /** Versions that everybody can see. */
  async versions(name = '@acme/odd'): Promise<string[]> {
    const response = await this.ask('GET', `/${name}`);
    return response.statusCode === 404 ? [] : Object.keys(response.json<{ versions: object }>().versions);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#created[Symbol.asyncDispose]();
  }
}
