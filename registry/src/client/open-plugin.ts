import { createHash } from 'node:crypto';
import { ByomlError, isByomlError } from '@byoml/core';
import type { PluginManifest } from '@byoml/core/plugins';
import { bundledNames, packageJsonOf, textsOf, type Fields } from '../admission/package-json.ts';
import { manifestPath, validManifest } from '../admission/plugin-manifest-file.ts';
import type { PackageArchive } from '../package/archive.ts';
import { openArchive } from '../package/open-archive.ts';
import { refusal } from '../trust/refusal.ts';

/** A plugin as its tarball holds it; nothing of it was written or run. */
export interface OpenedPlugin {
  readonly archive: PackageArchive;
  readonly manifest: PluginManifest;
  /** SHA-256 of `byoml.plugin.json`. */
  readonly manifestDigest: string;
  /** Packages that npm has to bring, name → range; the core is not among them. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Whether everything it needs is in the tarball or is the core. */
  readonly standsAlone: boolean;
}

/** Opens a tarball whose bytes were verified. Throws TRUST_REFUSED for links, paths that lead out, bombs and other names inside; PLUGIN_NOT_FOUND for a package that is no plugin. */
export async function openPlugin(tarball: Uint8Array, { name, version }: { readonly name: string; readonly version: string }, signal: AbortSignal): Promise<OpenedPlugin> {
  const what = `${name}@${version}`;
  const archive = await openArchive(tarball, signal).catch((thrown: unknown) => {
    throw isByomlError(thrown) && thrown.code === 'PUBLISH_REFUSED' ? refusal(what, thrown.message, thrown) : thrown;
  });
  const packageJson = packageJsonOf(archive) ?? {};
  if (packageJson['name'] !== name || packageJson['version'] !== version) throw refusal(what, 'package.json in its tarball is of another package or version');
  const bytes = archive.file(manifestPath);
  if (!bytes) throw new ByomlError('PLUGIN_NOT_FOUND', `${what} is a package, but no plugin: it has no ${manifestPath}`, { details: { plugin: name, version } });
  const manifest = validManifest(archive);
  if (!manifest || manifest.name !== name || manifest.version !== version) throw refusal(what, `its ${manifestPath} does not follow the schema or is of another package`);
  return { archive, manifest, manifestDigest: createHash('sha256').update(bytes).digest('hex'), dependencies: dependenciesOf(packageJson), standsAlone: standsAlone(packageJson) };
}

const dependenciesOf = (packageJson: Fields): Readonly<Record<string, string>> => Object.fromEntries([...textsOf(packageJson['optionalDependencies']), ...textsOf(packageJson['dependencies'])].filter(([name]) => name !== '@byoml/core'));

const standsAlone = (packageJson: Fields): boolean => Object.keys(dependenciesOf(packageJson)).length === 0 && bundledNames(packageJson).length === 0;
