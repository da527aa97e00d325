import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { z } from 'zod';
import type { PackageArchive } from '../package/archive.ts';

/** Path of a file, with slashes → SHA-256 of its content. */
export type Listing = ReadonlyMap<string, string>;

/** Lists what is below a project's `node_modules`: one listing for each plugin, one for everything else. */
export interface Contents {
  /** Name of the folder below `node_modules` → its files, relative to it. */
  readonly plugins: ReadonlyMap<string, Listing>;
  /** Relative to `node_modules`. */
  readonly dependencies: Listing;
}

export const contentsFile = 'contents.json';
/** The core is a link to the one that runs, so it is no content. */
export const coreLocation = '@byoml/core';

const listingSchema = z.array(z.tuple([z.string().max(2000), z.string().regex(/^[0-9a-f]{64}$/)])).max(500_000);
const schema = z.strictObject({ plugins: z.array(z.tuple([z.string().max(400), listingSchema])).max(10_000), dependencies: listingSchema });

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const sorted = (listing: Listing): [string, string][] => [...listing].sort(([a], [b]) => (a < b ? -1 : 1));

/** One digest for a listing, however it was ordered. */
export const contentsDigest = (listing: Listing): string => sha256(JSON.stringify(sorted(listing)));

export const contentsText = ({ plugins, dependencies }: Contents): string => `${JSON.stringify({ plugins: [...plugins].map(([location, listing]) => [location, sorted(listing)]), dependencies: sorted(dependencies) })}\n`;

/** Reads the listings that were written when the project was built; what they say counts only after their digests were compared with the lock. Throws TRUST_REFUSED. */
export function readContents(project: string): Contents {
  const path = join(project, contentsFile);
  try {
    const { plugins, dependencies } = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { plugins: new Map(plugins.map(([location, listing]) => [location, new Map(listing)])), dependencies: new Map(dependencies) };
  } catch (thrown) {
    throw new ByomlError('TRUST_REFUSED', `${path}: the list of installed files is missing or was changed`, { cause: thrown, details: { file: path } });
  }
}

/** Files of the project itself that decide what npm does next; named relative to `node_modules`, like the dependencies. */
const projectFiles = ['../.npmrc', '../package-lock.json', '../package.json'] as const;

/** The files of a package as its tarball has them. */
export const archiveListing = ({ entries }: PackageArchive): Listing => new Map(entries.map(({ path, bytes }) => [path, sha256(bytes)]));

/** Digests everything below `node_modules` that is no file of a plugin. Throws TRUST_REFUSED for a link or anything else that is no file. */
export function dependencyListing(project: string, plugins: Contents['plugins']): Listing {
  const root = join(project, 'node_modules');
  return new Map(dependencyFiles(root, plugins).map((path) => {
    const file = join(root, path);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new ByomlError('TRUST_REFUSED', `${file}: a link or a special file, where only plain files may be`, { details: { file } });
    return [path, sha256(readFileSync(file))];
  }));
}

/** Paths relative to `node_modules` of what npm brought, and of the project's own files. */
export function dependencyFiles(root: string, plugins: Contents['plugins']): string[] {
  const own = projectFiles.filter((path) => existsSync(join(root, path)));
  return [...own, ...[...filesBelow(root, coreLocation)].filter((path) => !isPluginFile(path, plugins))];
}

function isPluginFile(path: string, plugins: Contents['plugins']): boolean {
  const location = path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/');
  const listing = plugins.get(location);
  return listing !== undefined && isOwn(path.slice(location.length + 1), listing);
}

/** Whether a path in a plugin's folder counts to the plugin: packages that npm put there count to the dependencies. */
export const isOwn = (inner: string, listing: Listing): boolean => listing.has(inner) || !inner.startsWith('node_modules/');

/** Every file, relative to `root`, but those of the folder `except`; what is neither file nor folder, such as a link, has the name of no file. */
export function* filesBelow(root: string, except?: string, below = ''): Iterable<string> {
  for (const entry of entriesOf(join(root, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (path === except) continue;
    if (entry.isDirectory()) yield* filesBelow(root, except, path);
    else yield entry.isFile() ? path : `${path} (no plain file)`;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}
