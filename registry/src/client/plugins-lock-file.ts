import { readFileSync } from 'node:fs';
import { ByomlError } from '@byoml/core';
import { pluginsLockSchema, type LockedPlugin, type LockedVersion, type PluginsLock } from './plugins-lock.ts';

const largest = 8 << 20;
const pluginName = /^(?:@[a-z0-9][a-z0-9._-]{0,99}\/)?[a-z0-9][a-z0-9._-]{0,99}$/;
const plainVersion = /^\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?$/;

const invalid = (path: string, because: string, cause?: unknown): ByomlError => new ByomlError('TRUST_REFUSED', `${path}: ${because}`, { details: { file: path }, ...(cause === undefined ? {} : { cause }) });

/** Reads `plugins.lock`; undefined when there is none. Throws TRUST_REFUSED for anything that this program would not have written: it says what may run. */
export function readPluginsLock(path: string): PluginsLock | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(path, (thrown as Error).message, thrown);
  }
  return parsePluginsLock(text, path);
}

/** Throws TRUST_REFUSED, see `readPluginsLock`. */
export function parsePluginsLock(text: string, path: string): PluginsLock {
  if (text.length > largest) throw invalid(path, `it is longer than ${largest} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw invalid(path, 'it is not JSON', thrown);
  }
  const result = pluginsLockSchema.safeParse(value);
  if (!result.success) throw invalid(path, `${result.error.issues[0]?.path.join('.') || 'it'}: ${result.error.issues[0]?.message}`);
  refuseStrangeNames(value, result.data, path);
  return result.data;
}

/** Names and versions become paths. */
function refuseStrangeNames(value: unknown, { plugins }: PluginsLock, path: string): void {
  for (const name of Object.keys((value as PluginsLock).plugins)) if (!pluginName.test(name) || !Object.hasOwn(plugins, name)) throw invalid(path, `${JSON.stringify(name.slice(0, 100))} is no name of a package`);
  for (const [name, plugin] of Object.entries(plugins)) for (const { version, registry } of versionsOf(plugin)) {
    if (!plainVersion.test(version)) throw invalid(path, `${name}: ${JSON.stringify(version)} is no version`);
    if (!/^(?:https?|file):\/\/\S*\/$/.test(registry)) throw invalid(path, `${name}: ${JSON.stringify(registry.slice(0, 200))} is no address of a registry`);
  }
}

/** Everything about a plugin that is kept: the current version, those beside it and the earlier ones. */
export const versionsOf = (plugin: LockedPlugin): readonly LockedVersion[] => [plugin, ...plugin.kept, ...plugin.earlier];

/** The same lock gives the same text. */
export function pluginsLockText({ plugins, ...lock }: PluginsLock): string {
  const sorted = Object.fromEntries(Object.entries(plugins).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ lock: lock.lock, plugins: sorted, dependencies: lock.dependencies, ...(lock.packages && { packages: lock.packages }) }, null, 2)}\n`;
}

/** A plugin's entry; undefined for a name that is not locked. */
export const lockedPlugin = (lock: PluginsLock | undefined, name: string): LockedPlugin | undefined => (lock && Object.hasOwn(lock.plugins, name) ? lock.plugins[name] : undefined);
