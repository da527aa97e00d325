import type { Progress } from '@byoml/core';
import { Packages } from '../npm/packages.ts';
import { openKeyFolder } from '../server/key-folder.ts';
import { readPublicUrl } from '../server/public-url.ts';
import { Trust } from '../server/trust.ts';
import { folderStorage } from '../storage/folder.ts';
import type { Storage } from '../storage/storage.ts';
import { writeAdvisories } from './advisories-file.ts';
import { swapKeys } from './next-keys.ts';
import { refuseMissing } from './places.ts';

/** What a rebuild has changed. */
export interface Rebuilt {
  /** Names in the log. */
  readonly packages: number;
  /** Keys of the objects that are other ones now, or new, or gone. */
  readonly changed: readonly string[];
}

interface RebuildOptions {
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** What is made from the log, the tarballs and the blobs; tarballs lie under `npm/` too. */
const derived = ['npm/', 'v1/cards/', 'v1/advisories.json', 'tuf/'];

/**
 * Makes packuments, cards, advisories and what is signed about them anew from the log, the tarballs and the blobs. Changes nothing where nothing was wrong.
 * Throws FILE_MISSING, TRUST_REFUSED for a log that does not hold, STORAGE_FAILED for a blob or tarball that is damaged.
 */
export async function rebuildRegistry(root: string, { now = Date.now, progress }: RebuildOptions, signal: AbortSignal): Promise<Rebuilt> {
  const places = await refuseMissing(root);
  await using storage = await folderStorage(places.data);
  const before = await derivedVersions(storage, signal);
  await swapKeys(places.keys, storage, signal);
  const { trust: keyed } = await openKeyFolder(places.keys, { begun: true });
  const trust = await Trust.open({ storage, trust: keyed, now }, signal);
  const publicUrl = await readPublicUrl(storage, signal);
  let done = 0;
  let total = 0;
  const packages = await Packages.open({ storage, now, ...(publicUrl !== undefined && { publicUrl }), signing: trust, onChange: () => progress?.({ done: Math.min(++done, total), total, unit: 'packages' }) }, signal);
  total = [...packages.history.names()].length;
  await packages.rebuild(signal);
  await writeAdvisories({ storage, history: packages.history, trust }, signal);
  const after = await derivedVersions(storage, signal);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort();
  return { packages: total, changed };
}

/** Key → version of every derived object. */
async function derivedVersions(storage: Storage, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const prefix of derived)
    for await (const key of storage.list(prefix, signal)) {
      const stored = key.includes('/-/') ? undefined : await storage.read(key, signal);
      if (stored) versions.set(key, stored.version);
    }
  return versions;
}
