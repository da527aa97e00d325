import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packageJsonOf } from '../admission/package-json.ts';
import { integrityOf } from '../npm/tarball.ts';
import { writeDurably } from './atomic-file.ts';
import { dependencyDeviations, pluginDeviations } from './compare-contents.ts';
import { archiveListing, contentsDigest, contentsFile, contentsText, dependencyListing, readContents, type Contents, type Listing } from './contents.ts';
import { linkCore } from './core-link.ts';
import { isLockedDependencies } from './machine-dependencies.ts';
import { archiveFile, placedVersions, type Placed } from './install-location.ts';
import { amendPackageLock, rootEntry, writeProjectFile, type Unpacked } from './npm-project.ts';
import { normalizePackages, packagePins, refuseOtherPackages, writePackages } from './package-pins.ts';
import { openPlugin, type OpenedPlugin } from './open-plugin.ts';
import { versionsOf } from './plugins-lock-file.ts';
import type { LockedPlugin, PackagePins, PluginsLock } from './plugins-lock.ts';
import { refuseForeignSources } from './foreign-sources.ts';
import { npmInstall } from './run-npm.ts';
import { writeNpmrc, type ScopeMap } from './scope-map.ts';
import { unpackInto } from './unpack.ts';
import { nextPrefix, type WorkspacePlaces } from './workspace-places.ts';

/** A private project to be made. */
export interface ProjectPlan {
  readonly places: WorkspacePlaces;
  readonly before: PluginsLock | undefined;
  readonly plugins: Readonly<Record<string, LockedPlugin>>;
  readonly scopes: ScopeMap;
  /** Integrity → tarballs that the present project does not have yet. */
  readonly tarballs: ReadonlyMap<string, Uint8Array>;
  /** What npm has to resolve the dependencies to; undefined: what it finds. */
  readonly pins?: PackagePins | undefined;
}

/** A project that was made beside the present one. */
export interface BuiltProject {
  readonly folder: string;
  readonly contents: Contents;
  /** What npm resolved the dependencies to. */
  readonly packages: PackagePins | undefined;
}

/** Makes the whole project beside the present one; nothing refers to it yet. A version whose verified tarball is nowhere to be found is left out: it has to be installed again. Throws NPM_FAILED, TRUST_REFUSED, WRITE_FAILED. */
export async function buildProject(plan: ProjectPlan, signal: AbortSignal): Promise<BuiltProject> {
  const folder = join(plan.places.folder, `${nextPrefix}${randomUUID()}`);
  try {
    await mkdir(join(folder, 'archives'), { recursive: true });
    const opened = await withArchives(folder, plan, signal);
    const intact = await copyPresent(folder, plan, opened);
    const placed = [...opened.values()].map((each) => each.placed);
    await writeNpmrc(folder, plan.scopes);
    await writeProjectFile(folder, placed);
    await fill({ folder, opened, intact, plan }, signal);
    return { folder, contents: await finished(folder, opened), packages: await packagePins(folder, opened.keys()) };
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw thrown;
  }
}

type Opened = ReadonlyMap<string, { readonly placed: Placed; readonly plugin: OpenedPlugin; readonly listing: Listing }>;

/** Brings every tarball along that a version or a rollback needs, and opens those of the versions that will lie below `node_modules`. */
async function withArchives(folder: string, { places, plugins, tarballs }: ProjectPlan, signal: AbortSignal): Promise<Opened> {
  const bytesOf = new Map<string, Uint8Array>();
  for (const [name, plugin] of Object.entries(plugins)) for (const { version, integrity } of versionsOf(plugin)) {
    const file = archiveFile(name, version);
    const bytes = tarballs.get(integrity) ?? (await readFile(join(places.project, file)).catch(() => undefined));
    if (!bytes || integrityOf(bytes) !== integrity) continue;
    bytesOf.set(integrity, bytes);
    await writeDurably(join(folder, file), bytes);
  }
  const opened = new Map<string, { placed: Placed; plugin: OpenedPlugin; listing: Listing }>();
  for (const [location, placed] of placedVersions(plugins)) {
    const bytes = bytesOf.get(placed.locked.integrity);
    if (!bytes) continue;
    const plugin = await openPlugin(bytes, { name: placed.name, version: placed.locked.version }, signal);
    opened.set(location, { placed, plugin, listing: archiveListing(plugin.archive) });
  }
  return opened;
}

/** Copies what is installed, unless it was changed behind our back: then everything is made anew. Answers the locations that need no work. */
async function copyPresent(folder: string, { places: { project, trust }, before }: ProjectPlan, opened: Opened): Promise<ReadonlySet<string>> {
  const present = before && intactContents({ project, trust }, before);
  if (!present) return new Set();
  const skipped = new Set([join(project, 'node_modules', '.package-lock.json')]);
  await cp(join(project, 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE, filter: (path) => !skipped.has(path) });
  await cp(join(project, 'package-lock.json'), join(folder, 'package-lock.json'));
  return new Set([...present.plugins].filter(([location, listing]) => sameListing(listing, opened.get(location)?.listing)).map(([location]) => location));
}

const sameListing = (a: Listing, b: Listing | undefined): boolean => b !== undefined && contentsDigest(a) === contentsDigest(b);

function intactContents({ project, trust }: Pick<WorkspacePlaces, 'project' | 'trust'>, lock: PluginsLock): Contents | undefined {
  try {
    const contents = readContents(project);
    const deviations = [...dependencyDeviations(project, contents), ...[...contents.plugins].flatMap(([location, listing]) => [...pluginDeviations(project, location, listing)])];
    return deviations.length === 0 && isLockedDependencies(contents.dependencies, lock, trust) ? contents : undefined;
  } catch {
    return undefined;
  }
}

interface Work {
  readonly folder: string;
  readonly opened: Opened;
  /** Locations that hold already what they have to. */
  readonly intact: ReadonlySet<string>;
  readonly plan: ProjectPlan;
}

/** Puts every version below `node_modules`: by ourselves where packages stand alone, else with npm for what they depend on. */
async function fill({ folder, opened, intact, plan }: Work, signal: AbortSignal): Promise<void> {
  const before = placedVersions(plan.before?.plugins ?? {});
  const changed = [...opened].filter(([location]) => !intact.has(location));
  const removed = [...before.keys()].filter((location) => !intact.has(location));
  const alone = changed.every(([, { plugin }]) => plugin.standsAlone) && (await stoodAlone(plan, removed, signal));
  for (const location of removed) await rm(join(folder, 'node_modules', location), { recursive: true, force: true });
  const root = rootEntry([...opened.values()].map(({ placed }) => placed));
  if (!alone) {
    if (plan.pins) await writePackages(folder, { ...plan.pins, '': root });
    await npmInstall(folder, signal);
    await refuseForeignSources(folder, plan.scopes);
    if (plan.pins) await refuseOtherPackages(folder, plan.pins);
    await (plan.pins ? writePackages(folder, { ...plan.pins, '': root }) : normalizePackages(folder, root));
    await rm(join(folder, 'node_modules', '.package-lock.json'), { force: true });
  }
  for (const [location, { plugin }] of alone ? changed : opened) await unpackInto(join(folder, 'node_modules', location), plugin.archive);
  const unpacked: Unpacked[] = changed.map(([, { placed, plugin }]) => ({ placed, packageJson: packageJsonOf(plugin.archive) ?? {} }));
  if (alone) await amendPackageLock(folder, { all: [...opened.values()].map(({ placed }) => placed), unpacked, removed });
}

/** Whether nothing that is removed had brought dependencies along. */
async function stoodAlone({ places, before }: ProjectPlan, removed: readonly string[], signal: AbortSignal): Promise<boolean> {
  const placed = placedVersions(before?.plugins ?? {});
  for (const location of removed) {
    const version = placed.get(location);
    const bytes = version && (await readFile(join(places.project, archiveFile(version.name, version.locked.version))).catch(() => undefined));
    const plugin = version && bytes && (await openPlugin(bytes, { name: version.name, version: version.locked.version }, signal).catch(() => undefined));
    if (bytes && !plugin?.standsAlone) return false;
  }
  return true;
}

async function finished(folder: string, opened: Opened): Promise<Contents> {
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  linkCore(folder);
  const plugins = new Map([...opened].map(([location, { listing }]) => [location, listing]));
  const contents = { plugins, dependencies: dependencyListing(folder, plugins) };
  await writeDurably(join(folder, contentsFile), contentsText(contents));
  return contents;
}

