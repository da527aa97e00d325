import { join, resolve } from 'node:path';
import { pluginsLockFile } from './plugins-lock.ts';

/** Where the plugins of a workspace and what is known about them lie. */
export interface WorkspacePlaces {
  readonly lockFile: string;
  /** `.byoml`. */
  readonly folder: string;
  /** The private npm project. */
  readonly project: string;
  /** A finished project that has only to be put into its place: whoever finds it does that. */
  readonly ready: string;
  /** The project that `ready` replaces, moved aside. */
  readonly replaced: string;
  readonly trust: string;
  readonly consents: string;
  /** Held by whoever changes the project. */
  readonly turn: string;
}

export const projectName = 'plugins';
export const readyName = 'plugins.ready';
export const replacedName = 'plugins.replaced';
/** Begins the names of projects that are being built. */
export const nextPrefix = 'plugins.next-';

export function placesOf(workspace: string): WorkspacePlaces {
  const root = resolve(workspace);
  const folder = join(root, '.byoml');
  return {
    lockFile: join(root, pluginsLockFile), folder, project: join(folder, projectName), ready: join(folder, readyName), replaced: join(folder, replacedName),
    trust: join(folder, 'trust'), consents: join(folder, 'consents.jsonl'), turn: join(folder, 'plugins-turn.sqlite'),
  };
}
