import { writeDurably } from './atomic-file.ts';
import { join } from 'node:path';
import { buildProject } from './build-project.ts';
import { contentsDigest } from './contents.ts';
import { commit, consentFile, nextLockFile } from './finish-change.ts';
import { placedVersions } from './install-location.ts';
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
  readonly consent: ConsentRecord;
}

/** A line of `.byoml/consents.jsonl`: who reads it knows what was agreed to, when, and about which bytes. */
export interface ConsentRecord {
  readonly when: string;
  readonly action: 'install' | 'update' | 'rollback' | 'uninstall';
  readonly plugin: string;
  readonly version: string;
  readonly integrity: string;
  readonly level: LockedVersion['level'];
  readonly capabilities: LockedVersion['capabilities'];
  readonly signer: LockedVersion['signer'];
}

export const consentRecord = (action: ConsentRecord['action'], plugin: string, { version, integrity, level, capabilities, signer }: LockedVersion, now: Date): ConsentRecord => ({ when: now.toISOString(), action, plugin, version, integrity, level, capabilities, signer });

/** Makes the project of a change and puts it, the lock and the consent into their places, in one step. Only for who holds the turn (`changing`). */
export async function changePlugins({ places, before, plugins, scopes, tarballs = new Map(), consent }: PluginsChange, signal: AbortSignal): Promise<PluginsLock> {
  const { folder, contents } = await buildProject({ places, before, plugins, scopes, tarballs }, signal);
  const lock: PluginsLock = { lock: 1, plugins: withContents(plugins, contents.plugins), dependencies: contentsDigest(contents.dependencies) };
  await writeDurably(join(folder, nextLockFile), pluginsLockText(lock));
  await writeDurably(join(folder, consentFile), `${JSON.stringify(consent)}\n`);
  signal.throwIfAborted();
  await commit(places, folder);
  return lock;
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
