import { mkdir } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';
import type { Admit } from '../server/admit.ts';
import { openKeyFolder } from '../server/key-folder.ts';
import { openRegistry } from '../server/registry.ts';
import { folderStorage } from '../storage/folder.ts';
import { keyOfRole } from '../trust/tuf/files.ts';
import type { Administered } from './administered.ts';
import { resignAdvisories, resignMetadata } from './finish-rotation.ts';
import { placesOf, refuseMissing } from './places.ts';

interface Opening {
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** Checks for versions that are taken over; nothing can be published without it. */
  readonly admit?: Admit;
  /** Whether a folder without a registry gets one. */
  readonly create?: boolean;
}

const admitNothing: Admit = async () => {
  throw new ByomlError('INTERNAL', 'this command publishes nothing');
};

/**
 * Opens a folder registry with its online keys; the root key is not needed. Finishes what a process that died has begun, as a server does that starts.
 * Throws FILE_MISSING, TRUST_REFUSED for a log, metadata or keys that do not hold, STORAGE_FAILED.
 */
export async function openAdministered(root: string, { now = Date.now, admit = admitNothing, create = false }: Opening, signal: AbortSignal): Promise<Administered> {
  const places = create ? placesOf(root) : await refuseMissing(root);
  await mkdir(places.data, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const storage = opened.use(await folderStorage(places.data));
  const begun = (await storage.read(keyOfRole('root'), signal)) !== undefined;
  if (begun) await resignMetadata({ folder: places.keys, storage, clock: { now: () => new Date(now()) } }, signal);
  const { trust: keyed, rootKeyFile } = await openKeyFolder(places.keys, { begun });
  const registry = await openRegistry({ storage, admit, trust: keyed, now }, signal);
  const { trust } = registry;
  if (!trust) throw new ByomlError('INTERNAL', 'the registry was opened without its keys');
  const administered = { places, registry, trust, keys: keyed.keys, rootKeyFile };
  await resignAdvisories(administered);
  const kept = opened.move();
  return { ...administered, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
