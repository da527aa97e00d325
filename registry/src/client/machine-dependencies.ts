import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { contentsDigest, type Listing } from './contents.ts';
import type { PluginsLock } from './plugins-lock.ts';

export const machineFile = 'dependencies.json';
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const schema = z.strictObject({ lock: hex, here: hex });

/**
 * Whether a listing of dependencies is the one that `plugins.lock` stands for.
 *
 * The lock has the digest of the machine that wrote it, and that counts wherever it is reached: the files of packages, npm's settings and `package-lock.json` are written alike on
 * every machine. What may differ is which optional packages npm picks for a platform, and npm's own registry for a scope. So a restoration that installed exactly the pinned packages
 * (version and integrity of each, `refuseOtherPackages`), and only that, writes the digest of this machine beside the pinned roots, in `.byoml/trust`, bound to the digest in the lock
 * that it stands for. The lock stays as it is under version control; a lock that says something else needs its own restoration; and a file that changes afterwards has neither digest.
 */
export function isLockedDependencies(dependencies: Listing, lock: PluginsLock | undefined, trust: string): boolean {
  if (!lock) return false;
  const digest = contentsDigest(dependencies);
  return digest === lock.dependencies || digest === restoredHere(trust, lock.dependencies);
}

export const machineText = (lock: PluginsLock, here: string): string => `${JSON.stringify({ lock: lock.dependencies, here })}\n`;

function restoredHere(trust: string, locked: string): string | undefined {
  try {
    const { lock, here } = schema.parse(JSON.parse(readFileSync(join(trust, machineFile), 'utf8')));
    return lock === locked ? here : undefined;
  } catch {
    return undefined;
  }
}
