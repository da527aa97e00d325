import { isDeepStrictEqual } from 'node:util';
import { pathToFileURL } from 'node:url';
import { kind, type PluginDefinition } from '../contracts/define.ts';
import { ByomlError, isByomlError, type ErrorCode } from '../contracts/errors.ts';
import { refuseIncompatible } from './compatible.ts';
import { describePlugin } from './describe.ts';
import { entryFile } from './entry.ts';
import type { FoundPlugin } from './find.ts';
import type { Installed } from './installed.ts';
import { manifestFile, type PluginManifest } from './manifest.ts';

/** The steps from an installed package to its definition, in order; a failure names its phase in `details.phase`. */
export const phases = ['resolve', 'compatible', 'import', 'export', 'manifest'] as const;
export type Phase = (typeof phases)[number];
export type Passed = (phase: Phase, detail: string) => void;

const longestImport = 30_000;

const failure = ({ folder, packageJson: { name } }: Installed, phase: Phase, code: ErrorCode, reason: string, cause?: unknown): ByomlError =>
  new ByomlError(code, `plugin ${name} (${folder}): ${reason}`, { cause, details: { plugin: name, folder, phase } });

/** Runs the code of a plugin and returns what it exports by default. */
async function importEntry(installed: Installed, path: string, importMs: number): Promise<unknown> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it did not finish within ${importMs / 1000} seconds`)), importMs);
  try {
    const module = (await Promise.race([import(/* @vite-ignore */ pathToFileURL(path).href), late])) as { readonly default?: unknown };
    return module.default;
  } catch (thrown) {
    throw failure(installed, 'import', 'PLUGIN_IMPORT_FAILED', `importing ${path} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`, thrown);
  } finally {
    clearTimeout(timer);
  }
}

/** Compatible, import, export: the definition of a plugin, its manifest not yet compared. */
export async function importPlugin(installed: Installed, passed: Passed = () => undefined, importMs: number = longestImport): Promise<PluginDefinition> {
  passed('compatible', `@byoml/core ${refuseIncompatible(installed)}`);
  const path = entryFile(installed.folder, installed.packageJson);
  if (path === undefined) throw failure(installed, 'import', 'PLUGIN_IMPORT_FAILED', 'its package.json names no entry');
  const exported = (await importEntry(installed, path, importMs)) as { readonly [kind]?: unknown } | null | undefined;
  passed('import', path);
  if (exported?.[kind] !== 'plugin') throw failure(installed, 'export', 'PLUGIN_NOT_A_PLUGIN', 'its default export is not made by definePlugin');
  passed('export', 'made by definePlugin');
  return exported as unknown as PluginDefinition;
}

/** All phases. The manifest counts only when it equals what the code says. */
export async function loadPlugin(found: FoundPlugin, passed: Passed = () => undefined): Promise<PluginDefinition> {
  passed('resolve', `${found.name} ${found.version}`);
  const definition = await importPlugin(found, passed);
  const described = describeFrom(found, definition);
  const different = difference(found.manifest, described);
  if (different !== undefined) throw failure(found, 'manifest', 'PLUGIN_MANIFEST_STALE', `${manifestFile} differs from the code at ${different}`);
  passed('manifest', `${described.components.length} components`);
  return definition;
}

function describeFrom(found: FoundPlugin, definition: PluginDefinition): PluginManifest {
  try {
    return describePlugin(definition, found.packageJson);
  } catch (thrown) {
    if (!isByomlError(thrown)) throw thrown;
    throw new ByomlError(thrown.code, thrown.message, { cause: thrown.cause, details: { ...thrown.details, folder: found.folder, phase: thrown.code === 'PLUGIN_NOT_A_PLUGIN' ? 'export' : 'manifest' } });
  }
}

/** Path of the first value that differs, such as `components.0.summary`. */
function difference(a: unknown, b: unknown, path: readonly string[] = []): string | undefined {
  if (isDeepStrictEqual(a, b)) return undefined;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return path.join('.') || 'its root';
  const sides = [a, b] as Array<Record<string, unknown>>;
  const keys = new Set(sides.flatMap((side) => Object.keys(side)));
  for (const key of keys) {
    const found = difference(sides[0]?.[key], sides[1]?.[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return path.join('.');
}
