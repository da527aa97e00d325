import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { refuseInvalidKey } from '../storage/key.ts';
import type { Transport } from '../trust/tuf/transport.ts';

/** Where an object may lie in a bundle: as the registry's own storage has it, or as plain files. */
const placesOf = (folder: string, key: string): readonly string[] => [join(folder, 'objects', `${key}=`), join(folder, key), join(folder, key, 'index.json')];

/** Reads the folder of an offline bundle and writes nothing into it: it may be a read-only medium. Links that lead out of it are refused. */
export function bundleTransport(folder: string): Transport {
  return {
    read: async (key, limit, signal) => {
      refuseInvalidKey(key);
      const root = await realpath(folder).catch((thrown: unknown) => {
        throw new ByomlError('REGISTRY_FAILED', `registry ${folder}: ${(thrown as Error).message}`, { cause: thrown, details: { folder } });
      });
      for (const path of placesOf(root, key)) {
        signal.throwIfAborted();
        const bytes = await contentOf(path, limit);
        if (bytes) return bytes;
      }
      return undefined;
    },
  };
}

async function contentOf(path: string, limit: number): Promise<Uint8Array | undefined> {
  const real = await realpath(dirname(path)).catch(() => undefined);
  if (real === undefined) return undefined;
  if (real !== dirname(path)) throw new Error(`${path} leads out of the bundle`);
  try {
    await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const stat = await file.stat();
    if (!stat.isFile()) return undefined;
    if (stat.size > limit) throw new Error(`${path} has more than ${limit} bytes, which was never signed`);
    return new Uint8Array(await file.readFile());
  } catch (thrown) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw thrown;
  }
}
