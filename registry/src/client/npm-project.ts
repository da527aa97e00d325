import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '@byoml/core';
import type { Fields } from '../admission/package-json.ts';
import { archiveFile, type Placed } from './install-location.ts';
import { writePackages } from './package-pins.ts';

const lockSchema = z.looseObject({ packages: z.record(z.string(), z.looseObject({})) });

/** The project's `package.json`: every version that lies below `node_modules`, from its verified tarball. */
export async function writeProjectFile(project: string, placed: Iterable<Placed>): Promise<void> {
  const dependencies = dependenciesOf(placed);
  await writeFile(join(project, 'package.json'), `${JSON.stringify({ name: 'byoml-plugins', private: true, description: 'Plugins of this workspace, kept by byoml. Do not edit.', dependencies }, null, 2)}\n`);
}

/** The entry of the project itself in `package-lock.json`. */
export const rootEntry = (placed: Iterable<Placed>): Record<string, unknown> => ({ name: 'byoml-plugins', dependencies: dependenciesOf(placed) });

const dependenciesOf = (placed: Iterable<Placed>): Readonly<Record<string, string>> =>
  Object.fromEntries([...placed].map(({ location, name, locked }) => [location, `file:${archiveFile(name, locked.version)}`] as const).sort(([a], [b]) => (a < b ? -1 : 1)));

/** A version that was unpacked without npm, and its `package.json`. */
export interface Unpacked {
  readonly placed: Placed;
  readonly packageJson: Fields;
}

/** Brings `package-lock.json` up to what was unpacked and removed without npm, in npm's own words (lockfileVersion 3). */
export async function amendPackageLock(project: string, { all, unpacked, removed }: { readonly all: Iterable<Placed>; readonly unpacked: readonly Unpacked[]; readonly removed: readonly string[] }): Promise<void> {
  const before = await readFile(join(project, 'package-lock.json'), 'utf8').then((text) => lockSchema.parse(JSON.parse(text)).packages, () => ({}));
  const packages: Record<string, Record<string, unknown>> = { ...before, '': rootEntry(all) };
  for (const location of removed) delete packages[`node_modules/${location}`];
  for (const { placed, packageJson } of unpacked) packages[`node_modules/${placed.location}`] = entryOf(placed, packageJson);
  await writePackages(project, packages);
}

const installFields = ['license', 'engines', 'peerDependencies', 'peerDependenciesMeta'] as const;

function entryOf({ location, name, locked: { version, integrity } }: Placed, packageJson: Fields): Record<string, unknown> {
  const fields = Object.fromEntries(installFields.filter((field) => packageJson[field] !== undefined).map((field) => [field, packageJson[field]]));
  return { ...(location !== name && { name }), version, resolved: `file:${archiveFile(name, version)}`, integrity, ...fields };
}
