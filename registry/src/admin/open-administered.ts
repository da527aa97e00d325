import { mkdir } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';
import type { Admit } from '../server/admit.ts';
import { openKeyFolder } from '../server/key-folder.ts';
import { openRegistry, type Registry } from '../server/registry.ts';
import type { Trust } from '../server/trust.ts';
import { folderStorage } from '../storage/folder.ts';
import { keyOfRole } from '../trust/tuf/files.ts';
import type { OnlineKeys } from '../trust/tuf/roles.ts';
import { finishRotation } from './next-keys.ts';
import { placesOf, refuseMissing, type Places } from './places.ts';

/** A folder registry in the hands of its administrator; a server may run on it meanwhile. */
export interface Administered extends AsyncDisposable {
  readonly places: Places;
  readonly registry: Registry;
  readonly trust: Trust;
  readonly keys: OnlineKeys;
  /** Private key to keep offline; only when this opening made it. */
  readonly rootKeyFile: string | undefined;
}

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
  if (begun) await finishRotation(places.keys, storage, signal);
  const { trust: keyed, rootKeyFile } = await openKeyFolder(places.keys, { begun });
  const registry = await openRegistry({ storage, admit, trust: keyed, now }, signal);
  const { trust } = registry;
  if (!trust) throw new ByomlError('INTERNAL', 'the registry was opened without its keys');
  const kept = opened.move();
  return { places, registry, trust, keys: keyed.keys, rootKeyFile, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
