import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '@byoml/core';
import { refusal } from '../trust/refusal.ts';
import type { PackagePins } from './plugins-lock.ts';

const schema = z.looseObject({ packages: z.record(z.string(), z.looseObject({})) });
const sorted = (packages: PackagePins): PackagePins => Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));

async function packagesOf(project: string): Promise<PackagePins> {
  const text = await readFile(join(project, 'package-lock.json'), 'utf8').catch(() => undefined);
  return text === undefined ? {} : schema.parse(JSON.parse(text)).packages;
}

/** Writes a project's `package-lock.json` in one form (lockfileVersion 3), whichever version of npm or none made the entries: it is the same on every machine. */
export const writePackages = (project: string, packages: PackagePins): Promise<void> =>
  writeFile(join(project, 'package-lock.json'), `${JSON.stringify({ name: 'byoml-plugins', lockfileVersion: 3, requires: true, packages: sorted(packages) }, null, 2)}\n`);

/** Brings what npm wrote into the one form, with this entry for the project itself. */
export const normalizePackages = async (project: string, root: PackagePins[string]): Promise<void> => writePackages(project, { ...(await packagesOf(project)), '': root });

/** What npm resolved a project to, for `plugins.lock`; undefined where there are only plugins, whose tarballs are locked anyway. */
export async function packagePins(project: string, plugins: Iterable<string>): Promise<PackagePins | undefined> {
  const { '': _root, ...packages } = await packagesOf(project);
  const own = new Set([...plugins].map((location) => `node_modules/${location}`));
  return Object.keys(packages).every((path) => own.has(path)) ? undefined : sorted(packages);
}

/** Throws TRUST_REFUSED when npm resolved anything otherwise than it is pinned: another version, other bytes, a package more or one less. Packages for other platforms are pinned too, so it is the same everywhere. */
export async function refuseOtherPackages(project: string, pinned: PackagePins): Promise<void> {
  const { '': _root, ...packages } = await packagesOf(project);
  for (const path of new Set([...Object.keys(pinned), ...Object.keys(packages)])) {
    const [found, locked] = [packages[path], pinned[path]];
    const fault = (['version', 'integrity'] as const).find((field) => found?.[field] !== locked?.[field]);
    if (!found || !locked || fault) throw refusal(path, `npm resolved it to ${shown(found)}, plugins.lock has ${shown(locked)}`);
  }
}

const shown = (entry: PackagePins[string] | undefined): string => (entry ? `${String(entry['version'])} (${String(entry['integrity'])})` : 'nothing');
