import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { bundleTransport } from '../client/bundle-transport.ts';
import { refuseInvalidPrefix } from '../storage/key.ts';
import type { Storage } from '../storage/storage.ts';
import { versionOf } from '../storage/version.ts';

/** Bytes of the largest object that is read of a bundle: what a registry accepts of a package, with room. */
const largest = 256 << 20;

const readOnly = (folder: string): ByomlError => new ByomlError('STORAGE_FAILED', `bundle ${folder}: it is only read`, { details: { folder } });

/** An offline bundle as storage that nothing is written to. Links that lead out of it are refused. */
export function bundleStorage(folder: string): Storage {
  const transport = bundleTransport(folder);
  return {
    read: async (key, signal) => {
      const bytes = await told(folder, () => transport.read(key, largest, signal));
      return bytes && { bytes, version: versionOf(bytes) };
    },
    list: async function* (prefix, signal) {
      refuseInvalidPrefix(prefix);
      const names = prefix.endsWith('/') ? await readdir(join(folder, prefix)).catch(() => []) : [];
      for (const name of names.sort()) {
        signal.throwIfAborted();
        yield `${prefix}${name}`;
      }
    },
    write: async () => {
      throw readOnly(folder);
    },
    delete: async () => {
      throw readOnly(folder);
    },
    flush: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function told<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof ByomlError || (thrown as Error).name === 'AbortError') throw thrown;
    throw new ByomlError('TRUST_REFUSED', `bundle ${folder}: ${(thrown as Error).message}`, { cause: thrown, details: { folder } });
  }
}
