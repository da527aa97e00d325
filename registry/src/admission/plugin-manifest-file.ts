import { pluginManifest, type PluginManifest } from '@byoml/core/plugins';
import type { PackageArchive } from '../package/archive.ts';
import type { Submission } from './check.ts';

export const manifestPath = 'byoml.plugin.json';

/** What is wrong with a manifest: each line names its place. */
export interface ManifestFaults {
  readonly faults: readonly string[];
}

/** Whether the package says that it is a plugin, by its manifest or its keyword. */
export const isPlugin = ({ archive, packageJson: { keywords } }: Pick<Submission, 'archive' | 'packageJson'>): boolean =>
  archive.file(manifestPath) !== undefined || (Array.isArray(keywords) && keywords.includes('byoml-plugin'));

const largest = 2 ** 20;

/** The plugin's manifest, or why it is none; undefined when the package has no such file. */
export function readManifest(archive: PackageArchive): PluginManifest | ManifestFaults | undefined {
  const bytes = archive.file(manifestPath);
  if (!bytes) return undefined;
  if (bytes.length > largest) return { faults: [`it is longer than ${largest} bytes`] };
  const json = jsonOf(bytes);
  if (json instanceof Error) return { faults: [`it is no JSON: ${json.message}`] };
  const parsed = pluginManifest.safeParse(json);
  return parsed.success ? parsed.data : { faults: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`) };
}

/** The manifest when it follows the schema; the check plugin-manifest tells when it does not. */
export function validManifest(archive: PackageArchive): PluginManifest | undefined {
  const manifest = readManifest(archive);
  return manifest && 'components' in manifest ? manifest : undefined;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (thrown) {
    return thrown as Error;
  }
}
