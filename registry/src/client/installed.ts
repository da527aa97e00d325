import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ByomlError } from '@byoml/core';
import { advisoriesAbout, cachedAdvisories } from './cached-advisories.ts';
import { dependencyDeviations, pluginDeviations, type Deviation } from './compare-contents.ts';
import { contentsDigest, contentsFile, readContents, type Contents } from './contents.ts';
import { linkCore } from './core-link.ts';
import { placedVersions, type Placed } from './install-location.ts';
import { isLockedDependencies } from './machine-dependencies.ts';
import type { Level, PluginsLock } from './plugins-lock.ts';
import { readPluginsLock } from './plugins-lock-file.ts';
import { registryId } from './registry-address.ts';
import type * as ModelAdmission from '../models/model-admission.ts';
import { placesOf, projectName, readyName, replacedName, type WorkspacePlaces } from './workspace-places.ts';

export type { Level } from './plugins-lock.ts';

/** What lets a model folder be loaded; see `models/model-admission.ts`, which is only loaded where there is a signature or a policy. */
export const openModelAdmission = async (place: Parameters<typeof ModelAdmission.openModelAdmission>[0]): ReturnType<typeof ModelAdmission.openModelAdmission> =>
  (await import('../models/model-admission.ts')).openModelAdmission(place);

/** A plugin that was found on the disk, not yet loaded. */
export interface FoundVersion {
  readonly name: string;
  readonly version: string;
  /** Folder of the package. */
  readonly folder: string;
}

/** What was installed in a workspace, for whoever is about to load a plugin. */
export interface Installed {
  /**
   * Throws TRUST_REFUSED unless every file of the plugin and of what it may import is the one that was installed, naming the first that is not;
   * PLUGIN_WITHDRAWN when an advisory names these bytes. Plugins outside the workspace's private project are not its business.
   */
  verify(found: FoundVersion): Promise<void>;
  /** How a version may run; undefined for one that was not installed here. */
  levelOf(name: string, version: string): Level | undefined;
}

/** What the workspace has installed. Finishes what an installation that was killed had begun. Throws TRUST_REFUSED for a lock file that does not hold. */
export async function openInstalled(workspace: string, now: Date = new Date()): Promise<Installed> {
  const places = placesOf(workspace);
  const names = namesIn(places.folder);
  const interrupted = names.includes(readyName) || names.includes(replacedName);
  if (interrupted) await (await import('./finish-change.ts')).finishInterrupted(places);
  if (interrupted ? !existsSync(places.project) : !names.includes(projectName)) return nothing;
  const project = new InstalledProject(places, readPluginsLock(places.lockFile), now);
  linkCore(project.folder);
  return project;
}

const nothing: Installed = { verify: () => Promise.resolve(), levelOf: () => undefined };

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const refused = (what: string, because: string, file?: string): ByomlError => new ByomlError('TRUST_REFUSED', `plugin ${what}: ${because}`, { details: { plugin: what, ...(file !== undefined && { file }) } });
const faults: Readonly<Record<Deviation['kind'], string>> = { changed: 'was changed since it was installed', missing: 'is missing', stranger: 'was not there when it was installed' };

class InstalledProject implements Installed {
  readonly folder: string;
  readonly #places: WorkspacePlaces;
  readonly #lock: PluginsLock | undefined;
  readonly #placed: ReadonlyMap<string, Placed>;
  readonly #now: Date;
  #contents: Contents | undefined;
  #dependencies: Deviation | 'as installed' | undefined;

  constructor(places: WorkspacePlaces, lock: PluginsLock | undefined, now: Date) {
    this.folder = realpathSync(places.project);
    this.#places = places;
    this.#lock = lock;
    this.#placed = placedVersions(lock?.plugins ?? {});
    this.#now = now;
  }

  levelOf(name: string, version: string): Level | undefined {
    return [...this.#placed.values()].find((placed) => placed.name === name && placed.locked.version === version)?.locked.level;
  }

  async verify(found: FoundVersion): Promise<void> {
    const what = `${found.name} ${found.version}`;
    const location = this.#locationOf(found);
    if (location === undefined) return;
    const placed = this.#placed.get(location);
    if (!placed || placed.name !== found.name) throw refused(what, 'it lies in the folder of installed plugins but is not in plugins.lock', found.folder);
    if (placed.locked.version !== found.version) throw refused(what, `plugins.lock has version ${placed.locked.version}`, found.folder);
    this.#refuseDeviation(what, placed);
    this.#refuseWithdrawn(what, placed);
  }

  /** Name of its folder below `node_modules`; undefined for a plugin that lies elsewhere. */
  #locationOf({ name, folder }: FoundVersion): string | undefined {
    const modules = join(this.folder, 'node_modules');
    const real = realpathSync(folder);
    if (real.startsWith(`${modules}${sep}`)) return real.slice(modules.length + 1).split(sep).join('/');
    // A link in the place of a plugin leads elsewhere, and elsewhere nobody looks.
    return realOf(join(modules, name)) === real ? `${name} by a link` : undefined;
  }

  #refuseDeviation(what: string, { location, locked }: Placed): void {
    const listing = this.#listed().plugins.get(location);
    if (!listing || contentsDigest(listing) !== locked.contents) throw refused(what, `${contentsFile} is not the one that plugins.lock names`, join(this.folder, contentsFile));
    const [own] = pluginDeviations(this.folder, location, listing);
    const deviation = own ?? this.#dependencyDeviation();
    if (deviation) throw refused(what, `${deviation.file} ${faults[deviation.kind]}`, deviation.file);
  }

  #dependencyDeviation(): Deviation | undefined {
    this.#dependencies ??= firstOf(dependencyDeviations(this.folder, this.#listed())) ?? 'as installed';
    return this.#dependencies === 'as installed' ? undefined : this.#dependencies;
  }

  #listed(): Contents {
    if (this.#contents) return this.#contents;
    const contents = readContents(this.folder);
    if (!isLockedDependencies(contents.dependencies, this.#lock, this.#places.trust)) throw refused('dependencies', `${contentsFile} is not the one that plugins.lock names`, join(this.folder, contentsFile));
    this.#contents = contents;
    return contents;
  }

  #refuseWithdrawn(what: string, { locked }: Placed): void {
    const [advisory] = advisoriesAbout(cachedAdvisories(this.#places.trust, registryId(locked.registry)), locked.integrity, this.#now);
    if (advisory) throw new ByomlError('PLUGIN_WITHDRAWN', `plugin ${what}: ${advisory.id}: ${advisory.reason}`, { details: { plugin: what, advisory: advisory.id, severity: advisory.severity, expires: advisory.expires } });
  }
}

const firstOf = <T>(values: Iterable<T>): T | undefined => {
  for (const value of values) return value;
  return undefined;
};

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
