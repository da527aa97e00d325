import { posix } from 'node:path';
import type { PackageArchive } from '../package/archive.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The value if it is an object with fields; undefined for arrays and everything else. */
export const fieldsOf = (value: unknown): Fields | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined);

/** The entries of an object that are texts; nothing of anything else. */
export const textsOf = (value: unknown): readonly (readonly [string, string])[] => Object.entries(fieldsOf(value) ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');

/** Names of the packages that the tarball brings with it, in each of the ways npm understands. */
export function bundledNames(packageJson: Fields): readonly string[] {
  const value = packageJson['bundleDependencies'] ?? packageJson['bundledDependencies'];
  if (value === true) return Object.keys(fieldsOf(packageJson['dependencies']) ?? {});
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string' && name !== '') : Object.keys(fieldsOf(value) ?? {});
}

/** As npm makes a path safe and equal on every system. */
const inside = (path: string): string => posix.join('/', path.replaceAll('\\', '/').replaceAll(':', '/')).slice(1);

/** Command → file, as npm would link them. */
export function commandsOf(packageJson: Fields, archive?: PackageArchive): ReadonlyMap<string, string> {
  const { bin } = packageJson;
  const folder = fieldsOf(packageJson['directories'])?.['bin'];
  if (bin === undefined && typeof folder === 'string' && archive) return commandsIn(inside(folder), archive);
  const pairs = typeof bin === 'string' ? [[posix.basename(String(packageJson['name'])), bin] as const] : Array.isArray(bin) ? bin.filter((path) => typeof path === 'string').map((path) => [path, path] as const) : textsOf(bin);
  return new Map(pairs.map(([name, path]) => [posix.basename(inside(name)), inside(path)]));
}

function commandsIn(folder: string, archive: PackageArchive): ReadonlyMap<string, string> {
  const paths = new Set<string>();
  for (const { path } of archive.entries) {
    if (!path.startsWith(`${folder}/`)) continue;
    for (let at = path; at !== folder; at = posix.dirname(at)) paths.add(at);
  }
  return new Map([...paths].filter((path) => !path.slice(folder.length + 1).startsWith('.')).map((path) => [posix.basename(path), path]));
}

/** `package.json` files of the packages that come bundled, by their path. */
export function bundledPackages(archive: PackageArchive): ReadonlyMap<string, Fields | undefined> {
  const nested = archive.entries.filter(({ path }) => /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path));
  return new Map(nested.map(({ path, bytes }) => [path, parsed(bytes)]));
}

/** The package.json of the package itself; undefined where it is no JSON object. */
export const packageJsonOf = (archive: PackageArchive): Fields | undefined => parsed(archive.file('package.json') ?? new Uint8Array());

function parsed(bytes: Uint8Array): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}
