import { once } from 'node:events';
import { mkdtempSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStorage } from '../../storage/memory.ts';
import type { Storage } from '../../storage/storage.ts';
import { generateKey, signingKey, type SigningKey } from '../keys.ts';
import { createTrustRoot } from './create.ts';
import { tufRepository, type TufRepository } from './repository.ts';
import type { OnlineKeys } from './roles.ts';
import { targetDigest } from './target.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'byoml-tuf-')));
export const temporaryFolder = (): Promise<string> => mkdtemp(join(scratch, 'test-'));
export const removeTemporaryFolders = (): Promise<void> => rm(scratch, { recursive: true, force: true });

export const signal: AbortSignal = new AbortController().signal;
export const newKey = (): SigningKey => signingKey(generateKey());
export const newOnlineKeys = (): OnlineKeys => ({ timestamp: newKey(), snapshot: newKey(), targets: newKey() });
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A registry in memory with its keys, whose clock is that of the process. */
export interface TestRegistry {
  readonly storage: Storage;
  readonly rootKeys: readonly SigningKey[];
  readonly keys: OnlineKeys;
  readonly trustedRoot: Uint8Array;
  readonly repository: TufRepository;
  readonly publish: (path: string, text: string) => Promise<void>;
}

export const processClock = { now: () => new Date() };

export async function testRegistry(given: { readonly rootKeys?: number; readonly threshold?: number; readonly keys?: OnlineKeys; readonly storage?: Storage } = {}): Promise<TestRegistry> {
  const { storage = memoryStorage(), keys = newOnlineKeys(), threshold = 1 } = given;
  const rootKeys = Array.from({ length: given.rootKeys ?? 1 }, newKey);
  const trustedRoot = await createTrustRoot({ storage, root: { keys: rootKeys, threshold }, keys, clock: processClock }, signal);
  const repository = tufRepository({ storage, keys, clock: processClock });
  const publish = async (path: string, text: string): Promise<void> => {
    await storage.write(path, utf8(text), { signal });
    await repository.publishTargets(new Map([[path, targetDigest(utf8(text))]]), signal);
  };
  return { storage, rootKeys, keys, trustedRoot, repository, publish };
}

/** Every object of a storage, as an attacker keeps them. */
export async function objectsOf(storage: Storage): Promise<Map<string, Uint8Array>> {
  const objects = new Map<string, Uint8Array>();
  for await (const key of storage.list('', signal)) objects.set(key, (await storage.read(key, signal))?.bytes ?? new Uint8Array());
  return objects;
}

/** What somebody between registry and client answers instead; undefined: the truth. */
export type Meddle = (path: string, response: ServerResponse) => Uint8Array | undefined | 'answered';

/** Serves a storage on the loopback interface. */
export async function serve(storage: Storage): Promise<AsyncDisposable & { readonly url: string; meddle: Meddle }> {
  const state = { meddle: (() => undefined) as Meddle };
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1));
    const answer = state.meddle(path, response);
    if (answer === 'answered') return;
    if (answer) response.end(answer);
    else void storage.read(path, signal).then((found) => (found ? response.end(found.bytes) : response.writeHead(404).end()), () => response.writeHead(400).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
