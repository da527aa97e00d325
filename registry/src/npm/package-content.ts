import { createHash } from 'node:crypto';
import type { PluginManifest } from '@byoml/core/plugins';
import { packageJsonOf } from '../admission/package-json.ts';
import { manifestPath, validManifest } from '../admission/plugin-manifest-file.ts';
import type { PackageArchive } from '../package/archive.ts';
import { openArchive } from '../package/open-archive.ts';
import { refused } from '../package/refused.ts';
import type { TarballContent } from './tarball.ts';

/** What a package says about itself as a plugin. */
export interface PluginContent {
  /** SHA-256 of its `byoml.plugin.json`, in hexadecimal; null for a package that is no plugin. */
  readonly digest: string | null;
  /** Undefined unless it follows the schema. */
  readonly manifest: PluginManifest | undefined;
}

/** What a packument and a card say about a tarball. */
export interface PackageContent extends TarballContent {
  readonly plugin: PluginContent;
}

/** Reads a tarball in memory, as admission does: nothing is written or run. Throws PUBLISH_REFUSED. */
export const readPackage = async (tarball: Uint8Array, signal: AbortSignal): Promise<PackageContent> => contentOf(await openArchive(tarball, signal));

/** Throws PUBLISH_REFUSED. */
export function contentOf(archive: PackageArchive): PackageContent {
  const packageJson = packageJsonOf(archive);
  if (!packageJson) throw refused('it has no package.json that is a JSON object', 'Pack it again with `npm publish`.', { where: 'package.json' });
  const file = archive.file(manifestPath);
  const digest = file ? createHash('sha256').update(file).digest('hex') : null;
  return { packageJson, files: archive.entries.length, unpackedBytes: archive.entries.reduce((sum, { bytes }) => sum + bytes.length, 0), plugin: { digest, manifest: validManifest(archive) } };
}
