import { resolve } from 'node:path';
import type { Logger } from '@byoml/core';
import { Session } from '@byoml/core/ad-hoc';
import { yellow } from './render/colour.ts';
import { pluginRoots } from './plugin-roots.ts';
import type { ProgressReporter } from './render/progress.ts';

const logger = (json: boolean): Logger => ({
  info: () => {},
  warn: (message, fields) => process.stderr.write(json ? `${JSON.stringify({ warning: message, ...fields })}\n` : `${yellow('!')} ${message}\n`),
});

interface Wanted {
  readonly json: boolean;
  readonly seed?: number;
  readonly plugins?: readonly string[] | undefined;
  /** Folder of the workspace whose plugins come first; this folder when absent. */
  readonly workspace?: string;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

export const defaultSeed = 7;

export const openSession = ({ json, seed, plugins, workspace, signal, progress }: Wanted): Promise<Session> =>
  Session.open({
    roots: pluginRoots(workspace),
    folders: (plugins ?? []).map((folder) => resolve(folder)),
    seed: seed ?? defaultSeed,
    signal,
    log: logger(json),
    step: (name) => progress.step(name),
    progress: (update) => progress.update(update),
    engine: 'duckdb/duckdb',
    files: 'files/table',
    folder: 'files/data-export',
  });

