import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByomlError } from '../contracts/errors.ts';
import { CacheFolder, Clock, DataFolder, Fetch, Folder, Logger, Secrets } from '../contracts/services.ts';
import type { Scope } from './scope.ts';

/** What a host gives its services; the rest comes from this process. */
export interface HostOptions {
  readonly logger: Logger;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  readonly fetch?: Fetch;
}

/** Registers Logger, Secrets, Clock, Fetch and Folder; each is made when it is first asked for. */
export const hostServices = (scope: Scope, { logger, env = process.env, clock = { now: () => new Date() }, fetch = (...request) => globalThis.fetch(...request) }: HostOptions): Scope =>
  scope
    .provide(Logger, () => logger)
    .provide(Secrets, () => environmentSecrets(env))
    .provide(Clock, () => clock)
    .provide(Fetch, () => fetch)
    .provide(Folder, temporaryFolder);

/** Where a plugin keeps what outlives a run. */
export interface PluginPlace {
  /** Folder of the workspace. */
  readonly workspace: string;
  /** Name of its package. */
  readonly plugin: string;
}

/** The scope of one plugin: it sees the host's services but has folders of its own. Without a workspace nothing of them outlives the scope. */
export function pluginScope(host: Scope, place?: PluginPlace): Scope {
  const within = (kind: string) => (): Folder => (place ? keptFolder(join(place.workspace, '.byoml', kind, place.plugin.replace('/', '+'))) : temporaryFolder());
  return host.child().provide(Folder, temporaryFolder).provide(CacheFolder, within('cache')).provide(DataFolder, within('data'));
}

function keptFolder(path: string): Folder {
  mkdirSync(path, { recursive: true });
  return { path };
}

const environmentSecrets = (env: Readonly<Record<string, string | undefined>>): Secrets => ({
  get: async (name, signal) => {
    signal.throwIfAborted();
    const variable = `BYOML_SECRET_${name}`;
    const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
    if (!value) throw new ByomlError('SECRET_MISSING', `secret "${name}": the environment variable ${variable} is not set`, { details: { secret: name, variable } });
    return value;
  },
});

function temporaryFolder(): Folder & AsyncDisposable {
  const path = mkdtempSync(join(tmpdir(), 'byoml-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
