import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { scopeOf } from '../npm/name.ts';
import { refusal } from '../trust/refusal.ts';
import { readContents, sha256 } from './contents.ts';
import { isLockedDependencies } from './machine-dependencies.ts';
import type { PluginsLock } from './plugins-lock.ts';
import { isSameRegistry } from './registry-address.ts';
import type { WorkspacePlaces } from './workspace-places.ts';

/** Scope (`@acme`) → address of the one registry that it comes from. */
export type ScopeMap = ReadonlyMap<string, string>;

const settings = ['ignore-scripts=true', 'legacy-peer-deps=true', 'bin-links=false', 'audit=false', 'fund=false', 'package-lock=true'];
const line = /^(@[a-z0-9][a-z0-9._-]{0,99}):registry=((?:https?|file):\/\/\S+)$/;

/** Which registry each scope is bound to in a file of npm's settings. */
export async function scopesIn(npmrc: string): Promise<ScopeMap> {
  const text = await readFile(npmrc, 'utf8').catch(() => '');
  return new Map(text.split('\n').flatMap((each) => {
    const [, scope, registry] = line.exec(each.trim()) ?? [];
    return scope !== undefined && registry !== undefined ? [[scope, registry] as const] : [];
  }));
}

/**
 * The scopes of a workspace. A scope belongs to one registry: the one that the first plugin of it came from, also for the dependencies of plugins. That is what keeps a
 * package of an organisation's own scope from being taken from another registry where a stranger holds the same name.
 */
export async function scopeMap(lock: PluginsLock | undefined, places: WorkspacePlaces): Promise<ScopeMap> {
  const map = new Map(isUnchanged(lock, places) ? await scopesIn(join(places.project, '.npmrc')) : []);
  for (const [name, { registry }] of Object.entries(lock?.plugins ?? {})) {
    const scope = scopeOf(name);
    if (scope !== undefined) map.set(scope, registry);
  }
  return map;
}

/** Whether the project's settings for npm are those that were written with the lock: otherwise somebody else may have bound scopes. */
function isUnchanged(lock: PluginsLock | undefined, { project, trust }: WorkspacePlaces): boolean {
  try {
    const { dependencies } = readContents(project);
    return isLockedDependencies(dependencies, lock, trust) && dependencies.get('../.npmrc') === sha256(readFileSync(join(project, '.npmrc')));
  } catch {
    return false;
  }
}

/** Throws TRUST_REFUSED when the package's scope belongs to another registry. */
export function refuseOtherRegistry(name: string, registry: string, scopes: ScopeMap): void {
  const scope = scopeOf(name);
  const bound = scope === undefined ? undefined : scopes.get(scope);
  if (bound !== undefined && !isSameRegistry(bound, registry)) throw refusal(name, `packages of ${scope} come from ${bound} in this workspace, not from ${registry}`);
}

/** Where to look for a scope that no plugin has brought along. */
export interface ScopeSources {
  /** Whether the registry that the plugin is from has signed a package of that name. */
  readonly isSigned: (name: string) => Promise<boolean>;
  /** The registry that npm's own configuration names for a scope. */
  readonly configured: (scope: string) => Promise<string | undefined>;
}

/**
 * Binds the scopes of a plugin's dependencies: to the registry they are bound to already, else to the plugin's own registry when it has signed the package, else to the one that
 * the user's npm configuration names. A scope that none of them knows is refused rather than looked for in the public registry, where anybody may have taken it.
 * Dependencies without a scope come from the user's ordinary registry. Throws TRUST_REFUSED.
 */
export async function bindDependencies(dependencies: Iterable<string>, { scopes, registry, sources }: { readonly scopes: ScopeMap; readonly registry: string; readonly sources: ScopeSources }): Promise<ScopeMap> {
  const map = new Map(scopes);
  for (const name of dependencies) {
    const scope = scopeOf(name);
    if (scope === undefined || map.has(scope)) continue;
    const found = (await sources.isSigned(name)) ? registry : await sources.configured(scope);
    if (found === undefined) throw new ByomlError('TRUST_REFUSED', `${name}: no registry is known for packages of ${scope}; if they are public, say so: npm config set ${scope}:registry https://registry.npmjs.org/`, { details: { package: name, scope } });
    map.set(scope, found);
  }
  return map;
}

/** Writes npm's settings for the private project: no scripts, and one registry for each scope. */
export async function writeNpmrc(project: string, scopes: ScopeMap): Promise<void> {
  const bound = [...scopes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([scope, registry]) => `${scope}:registry=${registry}`);
  await writeFile(join(project, '.npmrc'), `${[...settings, ...bound].join('\n')}\n`);
}
