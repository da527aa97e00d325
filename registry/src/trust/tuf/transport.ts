import { messageOf } from '../refusal.ts';
import type { Storage } from '../../storage/storage.ts';

/** Where a client reads a registry: nothing it answers is trusted. */
export interface Transport {
  /** The object at a path (`tuf/timestamp.json`, `npm/@scope/name`); undefined when there is none. Stops reading, and throws, as soon as there are more than `limit` bytes. */
  read(path: string, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** How to reach a registry over HTTP. */
export interface HttpTransportOptions {
  /** Address of the registry; its path is kept. */
  readonly url: string;
  readonly fetch?: typeof globalThis.fetch;
  /** For one object, from the question to its last byte; 30,000 without it. */
  readonly timeoutMs?: number;
}

const tooLong = (path: string, limit: number): Error => new Error(`${path} has more than ${limit} bytes, which was never signed`);

/** Reads from a server, a static host or a CDN. Redirections are refused: they lead to hosts nobody consented to. */
export function httpTransport({ url, fetch = globalThis.fetch, timeoutMs = 30_000 }: HttpTransportOptions): Transport {
  const base = url.endsWith('/') ? url : `${url}/`;
  return {
    read: async (path, limit, signal) => {
      const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const response = await fetch(new URL(path, base), { redirect: 'error', signal: until }).catch((thrown: unknown) => {
        signal.throwIfAborted();
        throw new Error(`${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
      });
      if (response.ok && response.body) return bounded(response.body, limit, path);
      await response.body?.cancel();
      if (response.status === 404 || response.status === 403) return undefined;
      throw new Error(`${path} cannot be read: the registry answered ${response.status}`);
    },
  };
}

/** Reads from storage, as of an unpacked offline bundle. */
export const storageTransport = (storage: Storage): Transport => ({
  read: async (path, limit, signal) => {
    const found = await storage.read(path, signal);
    if (found && found.bytes.length > limit) throw tooLong(path, limit);
    return found?.bytes;
  },
});

/** Leaving the loop cancels the stream, and with it the connection. */
async function bounded(body: ReadableStream<Uint8Array>, limit: number, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw tooLong(path, limit);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, length));
}
