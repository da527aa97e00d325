import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal } from '../trust/refusal.ts';
import { writeDurably } from './atomic-file.ts';
import { buildProject } from './build-project.ts';
import { contentsDigest } from './contents.ts';
import { commit, consentFile, nextLockFile, nextMachineFile } from './finish-change.ts';
import { placedVersions } from './install-location.ts';
import { machineText } from './machine-dependencies.ts';
import type { LockedPlugin, LockedVersion, PluginsLock } from './plugins-lock.ts';
import { pluginsLockText } from './plugins-lock-file.ts';
import type { ScopeMap } from './scope-map.ts';
import type { WorkspacePlaces } from './workspace-places.ts';

/** One change of what is installed. */
export interface PluginsChange {
  readonly places: WorkspacePlaces;
  readonly before: PluginsLock | undefined;
  /** Everything that is installed afterwards. */
  readonly plugins: Readonly<Record<string, LockedPlugin>>;
  readonly scopes: ScopeMap;
  /** Integrity → tarballs that are new. */
  readonly tarballs?: ReadonlyMap<string, Uint8Array>;
  /** What is written down about it. */
  readonly consents: readonly ConsentRecord[];
  /** The lock that has to come out of it, as of another machine: it then stays as it is. Anything that is not as it says is refused. */
  readonly restored?: PluginsLock;
}

/** A line of `.byoml/consents.jsonl`: who reads it knows what was agreed to, when, and about which bytes. */
export interface ConsentRecord {
  readonly when: string;
  readonly action: 'install' | 'update' | 'rollback' | 'uninstall' | 'restore';
  readonly plugin: string;
  readonly version: string;
  readonly integrity: string;
  readonly level: LockedVersion['level'];
  readonly capabilities: LockedVersion['capabilities'];
  readonly signer: LockedVersion['signer'];
}

export const consentRecord = (action: ConsentRecord['action'], plugin: string, { version, integrity, level, capabilities, signer }: LockedVersion, now: Date): ConsentRecord => ({ when: now.toISOString(), action, plugin, version, integrity, level, capabilities, signer });

/** Makes the project of a change and puts it, the lock and the consent into their places, in one step. Only for who holds the turn (`changing`). */
export async function changePlugins({ places, before, plugins, scopes, tarballs = new Map(), consents, restored }: PluginsChange, signal: AbortSignal): Promise<PluginsLock> {
  const { folder, contents, packages } = await buildProject({ places, before, plugins, scopes, tarballs, pins: restored?.packages }, signal);
  const made: PluginsLock = { lock: 1, plugins: withContents(plugins, contents.plugins), dependencies: contentsDigest(contents.dependencies), ...(packages && { packages }) };
  const lock = restored ?? made;
  if (restored) await keepRestored(folder, restored, made);
  await writeDurably(join(folder, nextLockFile), pluginsLockText(lock));
  await writeDurably(join(folder, consentFile), consents.map((consent) => `${JSON.stringify(consent)}\n`).join(''));
  signal.throwIfAborted();
  await commit(places, folder);
  return lock;
}

/** Throws TRUST_REFUSED for plugins with other files than the lock says, and for other dependencies where no pins tell that they are the same. See `isLockedDependencies`. */
async function keepRestored(folder: string, restored: PluginsLock, made: PluginsLock): Promise<void> {
  const [before, after] = [placedVersions(restored.plugins), placedVersions(made.plugins)];
  for (const [location, { name, locked }] of before) if (after.get(location)?.locked.contents !== locked.contents) throw await refused(folder, `${name}@${locked.version}`, 'what was unpacked is not what plugins.lock says');
  if (made.dependencies === restored.dependencies) return;
  if (made.packages && !restored.packages) throw await refused(folder, 'dependencies', 'what npm installed is not what plugins.lock says, and it pins no packages; install the plugins again');
  await writeDurably(join(folder, nextMachineFile), machineText(restored, made.dependencies));
}

async function refused(folder: string, what: string, because: string): Promise<Error> {
  await rm(folder, { recursive: true, force: true });
  return refusal(what, because);
}

/** The plugins with the digests of what was unpacked; one that could not be unpacked keeps the digest that it had. */
function withContents(plugins: PluginsChange['plugins'], listings: ReadonlyMap<string, ReadonlyMap<string, string>>): Record<string, LockedPlugin> {
  const digests = new Map<LockedVersion, string>();
  for (const [location, { locked }] of placedVersions(plugins)) {
    const listing = listings.get(location);
    if (listing) digests.set(locked, contentsDigest(listing));
  }
  const withDigest = <T extends LockedVersion>(version: T): T => ({ ...version, contents: digests.get(version) ?? version.contents });
  return Object.fromEntries(Object.entries(plugins).map(([name, plugin]) => [name, { ...withDigest(plugin), kept: plugin.kept.map(withDigest) }]));
}
