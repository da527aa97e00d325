import { createHash } from 'node:crypto';
import type { LockedPlugin, LockedVersion } from './plugins-lock.ts';

const shortDigest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
const flat = (name: string): string => name.replace('@', '').replace('/', '-');

/** Name of the folder below `node_modules` under which a version beside the current one lies: an npm alias. */
const keptAlias = (name: string, version: string): string => `byoml-kept-${flat(name)}-${version}-${shortDigest(name)}`;

/** File of a verified tarball, relative to the private project. */
export const archiveFile = (name: string, version: string): string => `archives/${flat(name)}-${version}-${shortDigest(name)}.tgz`;

/** A version that lies below `node_modules`. */
export interface Placed {
  /** Name of its folder there: the package's own, or an alias. */
  readonly location: string;
  readonly name: string;
  readonly locked: LockedVersion;
}

/** Every version that lies below `node_modules`, by the name of its folder there. */
export function placedVersions(plugins: Readonly<Record<string, LockedPlugin>>): ReadonlyMap<string, Placed> {
  const all = Object.entries(plugins).flatMap(([name, plugin]) => [{ location: name, name, locked: plugin as LockedVersion }, ...plugin.kept.map((locked) => ({ location: keptAlias(name, locked.version), name, locked }))]);
  return new Map(all.map((placed) => [placed.location, placed]));
}
