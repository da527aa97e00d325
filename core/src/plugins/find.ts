import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ByomlError, type ErrorCode } from '../contracts/errors.ts';
import { refuseDuplicates } from './duplicates.ts';
import { installedUnder, readInstalled, type Installed } from './installed.ts';
import { manifestFile, pluginManifest, type PluginManifest } from './manifest.ts';

/** An installed plugin as its manifest describes it; its code has not run. */
export interface FoundPlugin extends Installed {
  readonly name: string;
  readonly version: string;
  readonly manifest: PluginManifest;
  /** The root under whose `node_modules` it was found, as it was given; null for a folder named by hand. */
  readonly root: string | null;
}

export interface Places {
  /** Folders whose `node_modules` are searched; of two plugins with one name, the one in the earlier root counts. */
  readonly roots: readonly string[];
  /** Plugin folders named by hand. */
  readonly folders: readonly string[];
  /** Called once for each plugin that is loaded, before any of its code runs; what it throws is the failure of loading. */
  readonly admit?: ((found: FoundPlugin) => Promise<void>) | undefined;
}

/** What is in the places. */
export interface Found {
  /** The plugins that count, by name. */
  readonly current: ReadonlyMap<string, FoundPlugin>;
  /** Other versions that are kept beside them for addresses that ask for one. */
  readonly kept: readonly FoundPlugin[];
}

const mostBytes = 4 << 20;

/** Reads the manifest of a plugin and checks everything that can be checked without its code. */
export function withManifest(installed: Installed, root: string | null = null): FoundPlugin {
  const { name, version } = installed.packageJson;
  const refuse = (code: ErrorCode, reason: string): ByomlError => new ByomlError(code, `plugin ${name} (${installed.folder}): ${reason}`, { details: { plugin: name, folder: installed.folder, phase: 'resolve' } });
  const path = join(installed.folder, manifestFile);
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) throw refuse('PLUGIN_MANIFEST_MISSING', `it has no ${manifestFile}`);
  if (bytes > mostBytes) throw refuse('PLUGIN_MANIFEST_INVALID', `${manifestFile} has ${bytes} bytes, more than the ${mostBytes} allowed`);
  const manifest = parse(path, (code, reason) => refuse(code, `${manifestFile}: ${reason}`));
  if (manifest.name !== name || manifest.version !== version) throw refuse('PLUGIN_MANIFEST_STALE', `${manifestFile} is of ${manifest.name} ${manifest.version}, package.json of ${name} ${version}`);
  refuseDuplicates(name, manifest.components);
  return { ...installed, name, version, manifest, root };
}

function parse(path: string, refuse: (code: ErrorCode, reason: string) => ByomlError): PluginManifest {
  const raw = readJson(path, (reason) => refuse('PLUGIN_MANIFEST_INVALID', reason));
  const contract = (raw as { contract?: unknown } | null)?.contract;
  if (typeof contract === 'number' && contract !== 1) throw refuse('PLUGIN_INCOMPATIBLE', `it follows contract ${contract}, this version of byoml contract 1`);
  const parsed = pluginManifest.safeParse(raw);
  if (!parsed.success) throw refuse('PLUGIN_MANIFEST_INVALID', z.prettifyError(parsed.error));
  return parsed.data;
}

function readJson(path: string, refuse: (reason: string) => ByomlError): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    throw refuse((thrown as Error).message);
  }
}

/** A version that is kept beside the current one lies under an npm alias of this beginning. */
const keptName = /^byoml-kept-/;
const isKept = ({ folder, packageJson: { name } }: Installed): boolean => keptName.test(basename(folder)) && !keptName.test(name);

type Rooted = Installed & { readonly root: string | null };

/** Every plugin of these places. Throws at the first that is broken: nothing is left out in silence. */
export function findPlugins({ roots, folders }: Places): Found {
  const found = new Map<string, Rooted>();
  const kept: Rooted[] = [];
  const add = (installed: Rooted, shadows: boolean): void => {
    const { name } = installed.packageJson;
    const other = found.get(name);
    if (other && other.folder !== installed.folder && !shadows)
      throw new ByomlError('PLUGIN_DUPLICATE_COMPONENT', `plugin ${name} is in ${other.folder} and in ${installed.folder}`, { details: { plugin: name, folders: [other.folder, installed.folder] } });
    if (!other) found.set(name, installed);
  };
  for (const root of roots)
    for (const installed of installedUnder(root)) {
      if (isKept(installed)) kept.push({ ...installed, root });
      else add({ ...installed, root }, true);
    }
  for (const folder of folders) add({ ...readInstalled(folder), root: null }, false);
  const described = ({ root, ...installed }: Rooted): FoundPlugin => withManifest(installed, root);
  return { current: new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, described(one)])), kept: kept.map(described) };
}
