import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { integrityOf } from '../npm/tarball.ts';
import { refusal } from '../trust/refusal.ts';
import { cachedAdvisories, advisoriesAbout } from './cached-advisories.ts';
import { changePlugins, consentRecord } from './change-plugins.ts';
import { changing } from './finish-change.ts';
import { archiveFile } from './install-location.ts';
import type { LockedPlugin, LockedVersion } from './plugins-lock.ts';
import { lockedPlugin, readPluginsLock } from './plugins-lock-file.ts';
import { registryId } from './registry-address.ts';
import { scopeMap } from './scope-map.ts';
import { placesOf, type WorkspacePlaces } from './workspace-places.ts';

/**
 * Makes the version that was current before the current one again, from the tarball that was verified then; no registry is asked. Throws PLUGIN_NOT_FOUND when the plugin is not installed or
 * had no version before, TRUST_REFUSED when that tarball is gone or was changed, PLUGIN_WITHDRAWN when an advisory names it.
 */
export async function rollbackPlugin(workspace: string, name: string, now: Date, signal: AbortSignal): Promise<LockedPlugin> {
  const places = placesOf(workspace);
  return await changing(places, async () => {
    const before = readPluginsLock(places.lockFile);
    const installed = lockedPlugin(before, name);
    if (!installed) throw new ByomlError('PLUGIN_NOT_FOUND', `${name} is not installed in this workspace`, { details: { plugin: name } });
    const [earlier, ...older] = installed.earlier;
    if (!earlier) throw new ByomlError('PLUGIN_NOT_FOUND', `${name} ${installed.version} is the first version that was installed here`, { details: { plugin: name, version: installed.version } });
    await refuseUnusable(places, name, earlier, now);
    const plugin: LockedPlugin = { ...earlier, installed: now.toISOString(), kept: installed.kept.filter(({ version }) => version !== earlier.version), earlier: older };
    const lock = await changePlugins({ places, before, plugins: { ...before?.plugins, [name]: plugin }, scopes: await scopeMap(before, places), consents: [consentRecord('rollback', name, plugin, now)] }, signal);
    const after = lock.plugins[name] as LockedPlugin;
    if (after.contents !== earlier.contents) throw refusal(name, 'what was unpacked is not what was installed then');
    return after;
  }, signal);
}

async function refuseUnusable({ project, trust }: WorkspacePlaces, name: string, { version, integrity, registry }: LockedVersion, now: Date): Promise<void> {
  const bytes = await readFile(join(project, archiveFile(name, version))).catch(() => undefined);
  if (!bytes || integrityOf(bytes) !== integrity) throw refusal(`${name}@${version}`, 'its tarball is no longer there, or was changed; install it again');
  const [advisory] = advisoriesAbout(cachedAdvisories(trust, registryId(registry)), integrity, now);
  if (advisory) throw new ByomlError('PLUGIN_WITHDRAWN', `${name}@${version}: ${advisory.id}: ${advisory.reason}`, { details: { plugin: name, version, advisory: advisory.id } });
}
