import { ByomlError } from '@byoml/core';
import { changePlugins, consentRecord } from './change-plugins.ts';
import { changing } from './finish-change.ts';
import { lockedPlugin, readPluginsLock } from './plugins-lock-file.ts';
import { scopeMap } from './scope-map.ts';
import { placesOf } from './workspace-places.ts';

/** Takes a plugin with all its versions out of the workspace. Throws PLUGIN_NOT_FOUND, NPM_FAILED, WRITE_FAILED. */
export async function uninstallPlugin(workspace: string, name: string, now: Date, signal: AbortSignal): Promise<void> {
  const places = placesOf(workspace);
  await changing(places, async () => {
    const before = readPluginsLock(places.lockFile);
    const installed = lockedPlugin(before, name);
    if (!installed) throw new ByomlError('PLUGIN_NOT_FOUND', `${name} is not installed in this workspace`, { details: { plugin: name } });
    const plugins = Object.fromEntries(Object.entries(before?.plugins ?? {}).filter(([each]) => each !== name));
    await changePlugins({ places, before, plugins, scopes: await scopeMap(before, places), consents: [consentRecord('uninstall', name, installed, now)] }, signal);
  }, signal);
}
