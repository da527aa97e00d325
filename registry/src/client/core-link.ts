import { lstatSync, mkdirSync, readlinkSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { coreLocation } from './contents.ts';

/** Folder of the core that runs: what plugins have to share with their host. */
const runningCore = (): string => realpathSync(dirname(createRequire(import.meta.url).resolve(`${coreLocation}/package.json`)));

/** Makes `node_modules/@byoml/core` of a project the core that runs, whatever was there: a plugin must never meet another one. */
export function linkCore(project: string): void {
  const path = join(project, 'node_modules', coreLocation);
  const core = runningCore();
  if (leadsTo(path) === core) return;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  try {
    symlinkSync(core, path, 'junction'); // the kind only counts on Windows
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST' || leadsTo(path) !== core) throw thrown; // another process was faster
  }
}

function leadsTo(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path).replace(/[\\/]$/, '') : undefined;
  } catch {
    return undefined;
  }
}
