import { resolve } from 'node:path';
import type { Logger } from '@byoml/core';
import { Session } from '@byoml/core/ad-hoc';
import { admission } from './admission.ts';
import type { Opening } from './command.ts';
import { modelAdmission } from './model-admission.ts';
import { yellow } from './render/colour.ts';
import { pluginRoots } from './plugin-roots.ts';

const logger = (json: boolean): Logger => ({
  info: () => {},
  warn: (message, fields) => process.stderr.write(json ? `${JSON.stringify({ warning: message, ...fields })}\n` : `${yellow('!')} ${message}\n`),
});

interface Wanted extends Opening {
  readonly seed?: number;
  /** Folder of the workspace whose plugins come first; this folder when absent. */
  readonly workspace?: string;
  /** A root whose plugins count before those of the workspace. */
  readonly first?: string;
}

export const defaultSeed = 7;

export async function openSession({ json, seed, plugins, allowLevel, workspace, first, signal, progress }: Wanted): Promise<Session> {
  const log = logger(json);
  const warn = (message: string): void => log.warn(message);
  const admit = await admission({ workspace, allowLevel, warn });
  return Session.open({
    roots: [...(first === undefined ? [] : [first]), ...pluginRoots(workspace)],
    folders: (plugins ?? []).map((folder) => resolve(folder)),
    admit,
    admitModel: modelAdmission({ workspace, warn }),
    seed: seed ?? defaultSeed,
    signal,
    log,
    step: (name) => progress.step(name),
    progress: (update) => progress.update(update),
    engine: 'duckdb/duckdb',
    files: 'files/table',
    folder: 'files/data-export',
  });
}
