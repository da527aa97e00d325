import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The private npm project of a workspace, into which plugins are installed. */
export const installedRoot = (workspace = '.'): string => resolve(workspace, '.byoml', 'plugins');

/** Folders whose `node_modules` may hold plugins: the workspace's own, then beside the command. */
export function pluginRoots(workspace = '.'): string[] {
  const roots = [installedRoot(workspace)];
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules'))) roots.push(at);
    if (dirname(at) === at) return roots;
  }
}
