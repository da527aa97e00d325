import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFiles } from '../contracts/algorithm.ts';
import { ByomlError } from '../contracts/errors.ts';
import { sha256 } from './digest.ts';
import { corrupt, isSystemError, unless } from './failure.ts';
import { digestName, foldersOf, manifestName } from './file-name.ts';
import { readManifest } from './read-manifest.ts';
import type { ModelManifest } from './manifest.ts';
import { contentOf, fileDigest, openPlain } from './read-file.ts';
import { recover } from './replace-folder.ts';
import { targetOf } from './target.ts';
import { undisturbed } from './undisturbed.ts';

/**
 * Opens a model folder and checks every byte of every file against the manifest. Throws MODEL_MISSING, MODEL_FOREIGN (another
 * format) or MODEL_CORRUPT, which names the file and the reason. `files` checks again what it reads, on the bytes it returns.
 */
export async function openModelFolder(dir: string): Promise<OpenedModel> {
  try {
    const target = await targetOf(dir);
    return await undisturbed(target, () => openOnce(dir, target), () => openMovedAside(dir, target));
  } catch (thrown) {
    throw isSystemError(thrown) ? new ByomlError('FILE_MISSING', `model ${dir}: ${thrown.message}`, { cause: thrown, details: { folder: dir, system: thrown.code } }) : thrown;
  }
}

interface OpenedModel {
  readonly manifest: ModelManifest;
  readonly digest: string;
  readonly files: ModelFiles;
}

async function openOnce(dir: string, folder: string): Promise<OpenedModel> {
  const { manifest, digest } = await readManifest(dir, folder);
  await refuseStrangers(dir, folder, manifest);
  const names = Object.keys(manifest.files).values();
  await Promise.all(Array.from({ length: 4 }, () => verifyEach(names, (name) => verify(dir, folder, name, manifest))));
  return { manifest, digest, files: verifiedFiles(dir, folder, manifest) };
}

/** A folder that is not there is missing, unless a run that was killed while it replaced it left it beside its place. */
async function openMovedAside(dir: string, folder: string): Promise<never> {
  await recover(folder);
  throw new ByomlError('MODEL_MISSING', `model ${dir}: the folder does not exist`, { details: { folder: dir } });
}

/** Refuses anything the manifest does not list: files, links, folders. */
async function refuseStrangers(dir: string, folder: string, { files }: ModelManifest): Promise<void> {
  const folders = foldersOf(Object.keys(files));
  const listed = new Set([...Object.keys(files), manifestName, digestName]);
  for (const below of ['', ...folders]) {
    const entries = await unless(opendir(join(folder, below)), ['ENOENT', 'ENOTDIR'], []);
    for await (const entry of entries) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isSymbolicLink()) throw corrupt(dir, name, 'is a symbolic link');
      if (entry.isDirectory() ? !folders.has(name) : !listed.has(name)) throw corrupt(dir, name, 'does not belong to the model');
    }
  }
}

async function verifyEach(names: Iterable<string>, verifyOne: (name: string) => Promise<void>): Promise<void> {
  for (const name of names) await verifyOne(name);
}

async function verify(dir: string, folder: string, name: string, { files }: ModelManifest): Promise<void> {
  const expected = files[name];
  const opened = await openPlain(join(folder, name));
  if (typeof opened === 'string') throw corrupt(dir, name, opened);
  await using file = opened;
  const { size } = await file.stat();
  if (size !== expected?.bytes) throw corrupt(dir, name, `has ${size} bytes instead of ${expected?.bytes}`);
  if ((await fileDigest(file, size)) !== expected.sha256) throw corrupt(dir, name, 'differs from its digest');
}

function verifiedFiles(dir: string, folder: string, { files }: ModelManifest): ModelFiles {
  return {
    names: async () => Object.keys(files).sort(),
    write: async (name) => {
      throw new ByomlError('WRITE_FAILED', `model ${dir}: ${name} cannot be written, a saved model never changes`, { details: { folder: dir, file: name } });
    },
    read: async (name) => {
      const expected = Object.hasOwn(files, name) ? files[name] : undefined;
      if (!expected) throw new ByomlError('MODEL_INVALID', `model ${dir}: it has no file ${name}`, { details: { folder: dir, file: name } });
      const opened = await openPlain(join(folder, name));
      if (typeof opened === 'string') throw corrupt(dir, name, opened);
      await using file = opened;
      const bytes = await contentOf(file, expected.bytes + 1);
      if (bytes.byteLength !== expected.bytes || sha256(bytes) !== expected.sha256) throw corrupt(dir, name, 'changed since the model was opened');
      return bytes;
    },
  };
}
