import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependencyFiles, filesBelow, isOwn, sha256, type Contents, type Listing } from './contents.ts';

/** A file that is not as it was installed. */
export interface Deviation {
  readonly kind: 'changed' | 'missing' | 'stranger';
  /** Path of the file. */
  readonly file: string;
}

/** How one plugin's own files differ from what was installed. */
export function pluginDeviations(project: string, location: string, listing: Listing): Iterable<Deviation> {
  const folder = join(project, 'node_modules', location);
  return deviations(folder, listing, [...filesBelow(folder)].filter((path) => isOwn(path, listing)));
}

/** How everything else of the project differs. */
export function dependencyDeviations(project: string, { plugins, dependencies }: Contents): Iterable<Deviation> {
  const root = join(project, 'node_modules');
  return deviations(root, dependencies, dependencyFiles(root, plugins));
}

function* deviations(folder: string, listing: Listing, present: readonly string[]): Iterable<Deviation> {
  const seen = new Set(present);
  for (const [path, digest] of listing) {
    const file = join(folder, path);
    if (!seen.has(path)) yield { kind: 'missing', file };
    else if (sha256(readFileSync(file)) !== digest) yield { kind: 'changed', file };
  }
  for (const path of present) if (!listing.has(path)) yield { kind: 'stranger', file: join(folder, path) };
}
