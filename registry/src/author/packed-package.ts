import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ByomlError } from '@byoml/core';
import { packageJsonOf, type Fields } from '../admission/package-json.ts';
import { isPlugin, manifestPath } from '../admission/plugin-manifest-file.ts';
import { runNpm } from '../client/run-npm.ts';
import { parseName, parseVersion } from '../npm/name.ts';
import { integrityOf } from '../npm/tarball.ts';
import { openArchive } from '../package/open-archive.ts';
import { refused } from '../package/refused.ts';

/** A folder as npm packs it, and what the tarball itself says. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  readonly tarball: Uint8Array;
  /** SHA-512 of the tarball, as npm writes it. */
  readonly integrity: string;
  /** The `package.json` in the tarball. */
  readonly packageJson: Fields;
  /** Whether the package says that it is a plugin, by its manifest or its keyword. */
  readonly plugin: boolean;
  /** SHA-256 of its `byoml.plugin.json` in hexadecimal; null for none. */
  readonly manifest: string | null;
}

/** Packs a folder with the npm client of the user; nothing of it runs. Throws FILE_MISSING, NPM_FAILED, REQUEST_INVALID for a name or version that no registry takes, PUBLISH_REFUSED for a tarball that is no plain package. */
export async function packFolder(path: string, signal: AbortSignal): Promise<PackedPackage> {
  const folder = await existing(resolve(path));
  const into = await mkdtemp(join(tmpdir(), 'byoml-pack-'));
  try {
    await runNpm(folder, ['pack', '--ignore-scripts', '--loglevel=error', '--no-update-notifier', '--pack-destination', quoted(into)], signal);
    const [file] = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
    if (file === undefined) throw new ByomlError('NPM_FAILED', `npm pack in ${folder}: it made no tarball`, { details: { folder } });
    return await readPacked(await readFile(join(into, file)), signal);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** On Windows a shell starts npm, and a user's name may have spaces. */
const quoted = (path: string): string => (process.platform === 'win32' ? `"${path}"` : path);

async function existing(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    await readFile(join(real, 'package.json'));
    return real;
  } catch (thrown) {
    throw new ByomlError('FILE_MISSING', `${folder}: there is no package.json`, { details: { folder }, cause: thrown });
  }
}

/** Reads a tarball that was packed before, in memory. Throws as `packFolder` does. */
export async function readPacked(tarball: Uint8Array, signal: AbortSignal): Promise<PackedPackage> {
  const archive = await openArchive(tarball, signal);
  const packageJson = packageJsonOf(archive);
  if (!packageJson) throw refused('it has no package.json that is a JSON object', 'Write one with `npm init`.', { where: 'package.json' });
  const manifest = archive.file(manifestPath);
  return {
    name: parseName(packageJson['name']),
    version: parseVersion(packageJson['version']),
    tarball,
    integrity: integrityOf(tarball),
    packageJson,
    plugin: isPlugin({ archive, packageJson }),
    manifest: manifest ? createHash('sha256').update(manifest).digest('hex') : null,
  };
}
