import { join } from 'node:path';
import { packumentKey, scopeOf } from '../npm/name.ts';
import type { Offer } from './offer.ts';
import type { PluginsLock } from './plugins-lock.ts';
import { openSession } from './registry-session.ts';
import { configuredRegistry } from './run-npm.ts';
import { bindDependencies, refuseOtherRegistry, scopeMap, scopesIn, type ScopeMap } from './scope-map.ts';
import type { WorkspacePlaces } from './workspace-places.ts';

/** A workspace whose scopes are asked for. */
export interface ScopePlace {
  readonly places: WorkspacePlaces;
  readonly before: PluginsLock | undefined;
  readonly workspace: string;
}

/** The scopes of the workspace with those of the offer and of what it depends on. */
export async function scopesWith({ name, registry, dependencies }: Pick<Offer, 'name' | 'registry' | 'dependencies'>, { places, before, workspace }: ScopePlace, signal: AbortSignal): Promise<ScopeMap> {
  const scopes = new Map(await scopeMap(before, places));
  refuseOtherRegistry(name, registry, scopes);
  const scope = scopeOf(name);
  if (scope !== undefined) scopes.set(scope, registry);
  const unbound = Object.keys(dependencies).filter((each) => scopeOf(each) !== undefined && !scopes.has(scopeOf(each) as string));
  if (unbound.length === 0) return scopes;
  await using session = await openSession({ workspace, registry }, signal);
  const own = await scopesIn(join(workspace, '.npmrc'));
  return await bindDependencies(unbound, {
    scopes, registry,
    sources: {
      isSigned: async (each) => (await session.signed(packumentKey(each), 64 << 20)) !== undefined,
      configured: async (each) => own.get(each) ?? (await configuredRegistry(workspace, each, signal)),
    },
  });
}
