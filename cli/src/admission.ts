import { existsSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ByomlError } from '@byoml/core';
import type { FoundPlugin, Places } from '@byoml/core/plugins';
import type { Level } from './command.ts';
import { recordConsent } from './consents.ts';
import { lockedVersion, readLocked } from './locked-plugins.ts';
import { installedRoot } from './plugin-roots.ts';

/** What the marketplace's client knows of the plugins of a workspace. */
interface Installed {
  /** Throws TRUST_REFUSED and PLUGIN_WITHDRAWN. */
  verify(found: Pick<FoundPlugin, 'name' | 'version' | 'folder'>): Promise<void>;
  levelOf(name: string, version: string): string | undefined;
}

interface Admission {
  /** Folder of the workspace; this folder when absent. */
  readonly workspace: string | undefined;
  /** A level that was agreed to for this one command. */
  readonly allowLevel: Level | undefined;
  readonly warn: (message: string) => void;
  readonly open?: (workspace: string) => Promise<Installed>;
  readonly now?: () => Date;
}

const openInstalled = async (workspace: string): Promise<Installed> => (await import('@byoml/registry/installed')).openInstalled(workspace);

/** Whether anything was installed into a workspace, or an installation that was killed has left something to finish. */
const hasInstalled = (workspace: string): boolean => [installedRoot(workspace), `${installedRoot(workspace)}.ready`].some((path) => existsSync(path));

/**
 * Admits what was installed into a workspace only unchanged, and without a sandbox only where somebody agreed to that. What lies beside the
 * command or was named by hand is the user's own and runs as it is. To be called before the catalogue is opened: it finishes an installation
 * that was killed. Undefined, and nothing loaded, where nothing is installed. Throws TRUST_REFUSED for a lock file that does not hold.
 */
export async function admission({ workspace = '.', allowLevel, warn, open = openInstalled, now = () => new Date() }: Admission): Promise<Places['admit']> {
  if (!hasInstalled(workspace)) return undefined;
  const own = installedRoot(workspace);
  const installed = await open(workspace);
  return async (found) => {
    if (found.root !== own) return;
    refuseOutside(own, found);
    await installed.verify(found);
    if (installed.levelOf(found.name, found.version) === 'L0') return;
    if (allowLevel !== 'L0') throw sandboxRequired(found);
    await recordConsent(workspace, { when: now().toISOString(), action: 'run', plugin: found.name, version: found.version, level: 'L0', ...(await agreed(workspace, found)) });
    warn(`plugin ${found.name} ${found.version} runs without a sandbox: it can do whatever you can. Agreed to with --allow-level L0, recorded in .byoml/consents.jsonl`);
  };
}

/** A link in the folder of installed plugins leads to what nobody verifies. */
function refuseOutside(own: string, { name, version, folder }: FoundPlugin): void {
  if (folder.startsWith(join(realpathSync(own), 'node_modules') + sep)) return;
  throw new ByomlError('TRUST_REFUSED', `plugin ${name} ${version}: a link in ${own} leads to it, where only what was installed may be`, { details: { plugin: name, version, folder } });
}

function sandboxRequired({ name, version }: FoundPlugin): ByomlError {
  const once = '--allow-level L0 at this command';
  const always = `byoml plugins install ${name}@${version} --allow-level L0`;
  return new ByomlError('SANDBOX_REQUIRED', `plugin ${name} ${version} runs only in a sandbox, which this version of byoml does not have yet. To run it without one: ${once} for this once, or ${always} for good; both are recorded`, {
    details: { plugin: name, version, once: '--allow-level L0', always },
  });
}

async function agreed(workspace: string, { name, version, manifest }: FoundPlugin): Promise<object> {
  const { integrity, signer } = lockedVersion((await readLocked(workspace))[name], version) ?? {};
  return { integrity, capabilities: manifest.capabilities, signer };
}
