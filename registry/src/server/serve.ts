import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByomlError } from '@byoml/core';
import type { FastifyInstance } from 'fastify';
import { isRotating } from '../admin/next-keys.ts';
import { openAdministered } from '../admin/open-administered.ts';
import { folderStorage } from '../storage/folder.ts';
import { keyOfRole } from '../trust/tuf/files.ts';
import type { Admit } from './admit.ts';
import { createApp } from './app.ts';
import { openKeyFolder } from './key-folder.ts';
import { readPublicUrl } from './public-url.ts';
import { openRegistry, type GivenSettings, type Registry, type RegistryOptions } from './registry.ts';
import { staticAdmission } from './static-admission.ts';

const revealEveryMs = 30_000;
/** A timestamp is good for a day: a registry that stops signing is noticed then. */
const renewEveryMs = 3_600_000;
/** The index of static hosting may be that old. */
const indexEveryMs = 300_000;

/** A registry that listens. */
export interface Served extends AsyncDisposable {
  /** Ends in a slash. */
  readonly url: string;
  /** Secret of the administrator's token; at the first start only. */
  readonly adminToken?: string;
  /** Private key to keep offline; at the first start only. */
  readonly rootKeyFile?: string;
}

export interface ServeOptions extends GivenSettings {
  /** Folder of the registry: `data` is served, `keys` never. */
  readonly root: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly host?: string;
  /** Every static check when absent. */
  readonly admit?: Admit;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** The server over a storage, not yet listening, for those that bring their own. Disposing it leaves the storage open. */
export interface Created extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly registry: Registry;
}

/** Opens a registry on a storage. Throws TRUST_REFUSED for a log that does not hold, STORAGE_FAILED. */
export async function createRegistry({ now = Date.now, ...options }: Omit<RegistryOptions, 'now'> & Partial<Pick<RegistryOptions, 'now'>>): Promise<Created> {
  const stop = new AbortController();
  const registry = await openRegistry({ ...options, now }, stop.signal);
  const app = createApp(registry);
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await app.close();
    await registry.close();
    stop.abort();
  };
  return { app, registry, [Symbol.asyncDispose]: () => (ended ??= end()) };
}

/** Serves a folder until it is disposed; makes keys and the administrator's token at the first start. Throws INTERNAL when a check lets a known bad package through. On a loopback address anybody may make an account, unless told otherwise or the registry has a public address. Ends a rotation of keys that died. */
export async function serveRegistry({ root, port, host = '127.0.0.1', admit, ...options }: ServeOptions): Promise<Served> {
  const folder = resolve(root);
  await usable(folder);
  const { signal } = new AbortController();
  await using opened = new AsyncDisposableStack();
  const storage = opened.use(await folderStorage(join(folder, 'data')));
  const begun = (await storage.read(keyOfRole('root'), signal)) !== undefined;
  if (begun && (await isRotating(join(folder, 'keys')))) await endRotation(folder, signal);
  const publicUrl = options.publicUrl === undefined ? await readPublicUrl(storage, signal) : (options.publicUrl ?? undefined);
  const { trust, rootKeyFile } = await openKeyFolder(join(folder, 'keys'), { begun });
  const { app, registry } = opened.use(await createRegistry({ registration: isLoopback(host) && publicUrl === undefined ? 'open' : 'closed', ...options, storage, trust, admit: admit ?? (await staticAdmission(signal)) }));
  await registry.trust?.renew(registry.signal);
  const url = await listening(app, { host, port });
  const every = (ms: number, work: (stop: AbortSignal) => Promise<void> | undefined): void => void opened.adopt(setInterval(() => void work(registry.signal)?.catch(() => undefined), ms), clearInterval);
  every(revealEveryMs, (stop) => registry.packages.reveal(stop));
  every(renewEveryMs, (stop) => registry.trust?.renew(stop));
  every(indexEveryMs, () => registry.search.write(registry));
  const kept = opened.move();
  return {
    url,
    ...(registry.adminToken !== undefined && { adminToken: registry.adminToken }),
    ...(rootKeyFile !== undefined && { rootKeyFile }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function endRotation(folder: string, signal: AbortSignal): Promise<void> {
  await (await openAdministered(folder, {}, signal))[Symbol.asyncDispose]();
}

async function usable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    throw new ByomlError('WRITE_FAILED', `${folder}: ${(thrown as Error).message}`, { details: { folder }, cause: thrown });
  }
}

async function listening(app: FastifyInstance, { host, port }: { readonly host: string; readonly port: number }): Promise<string> {
  try {
    return `${await app.listen({ host, port })}/`;
  } catch (thrown) {
    throw new ByomlError('USAGE_INVALID', `cannot listen on ${host}:${port}: ${(thrown as Error).message}`, { details: { host, port }, cause: thrown });
  }
}
