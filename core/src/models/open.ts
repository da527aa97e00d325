import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFiles } from '../contracts/algorithm.ts';
import { ByomlError, isByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { sha256 } from './digest.ts';
import { corrupt, isSystemError, unless } from './failure.ts';
import { digestName, foldersOf, manifestName, signatureName } from './file-name.ts';
import { limits } from './limits.ts';
import { manifestDigestText, readManifest, smallFile } from './read-manifest.ts';
import type { ModelManifest } from './manifest.ts';
import { contentOf, fileDigest, openPlain, type Reading } from './read-file.ts';
import { recover } from './replace-folder.ts';
import { targetOf } from './target.ts';
import { undisturbed } from './undisturbed.ts';

/**
 * Opens a model folder and checks every byte of every file against the manifest. Throws MODEL_MISSING, MODEL_FOREIGN (another
 * format) or MODEL_CORRUPT, which names the file and the reason; TRUST_REFUSED instead where the folder has a signature, which then
 * cannot be of these files. `files` checks again what it reads, on the bytes it returns. Who signed is for the caller to find out.
 */
export async function openModelFolder(dir: string, run?: Pick<Run, 'signal' | 'progress'>): Promise<OpenedFolder> {
  try {
    const target = await targetOf(dir);
    return await undisturbed(target, () => openOnce(dir, target, run), () => openMovedAside(dir, target));
  } catch (thrown) {
    throw isSystemError(thrown) ? new ByomlError('FILE_MISSING', `model ${dir}: ${thrown.message}`, { cause: thrown, details: { folder: dir, system: thrown.code } }) : thrown;
  }
}

/** What a folder has for whoever verifies its signature. */
export interface SignedFiles {
  /** Every file but the signature, as it was when the folder was opened; `files` of the model never gives other bytes. */
  readonly listed: ReadonlyArray<{ readonly path: string; readonly sha256: string }>;
  /** Content of `model.sig`; null: there is none. */
  readonly signature: Uint8Array | null;
}

export interface OpenedFolder extends SignedFiles {
  readonly manifest: ModelManifest;
  readonly digest: string;
  readonly files: ModelFiles;
}

async function openOnce(dir: string, folder: string, run: Pick<Run, 'signal' | 'progress'> | undefined): Promise<OpenedFolder> {
  const signature = (await smallFile(dir, folder, signatureName, limits.signatureBytes)) ?? null;
  try {
    return { ...(await verified(dir, folder, run)), signature };
  } catch (thrown) {
    throw signature && isByomlError(thrown) && thrown.code === 'MODEL_CORRUPT' ? changedAfterSigning(dir, thrown) : thrown;
  }
}

async function verified(dir: string, folder: string, run: Pick<Run, 'signal' | 'progress'> | undefined): Promise<Omit<OpenedFolder, 'signature'>> {
  const { manifest, digest } = await readManifest(dir, folder);
  await refuseStrangers(dir, folder, manifest);
  const names = Object.keys(manifest.files).values();
  const reading = run && readingOf(manifest, run);
  await Promise.all(Array.from({ length: 4 }, () => verifyEach(names, (name) => verify(dir, folder, name, manifest, reading))));
  return { manifest, digest, files: verifiedFiles(dir, folder, manifest), listed: listedFiles(manifest, digest) };
}

function readingOf({ files }: ModelManifest, { signal, progress }: Pick<Run, 'signal' | 'progress'>): Reading {
  const total = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  return { signal, read: (bytes) => progress({ done: (done += bytes), total, unit: 'bytes' }) };
}

const listedFiles = ({ files }: ModelManifest, digest: string): OpenedFolder['listed'] => [
  ...Object.entries(files).map(([path, { sha256: content }]) => ({ path, sha256: content })),
  { path: manifestName, sha256: digest },
  { path: digestName, sha256: sha256(manifestDigestText(digest)) },
];

const changedAfterSigning = (dir: string, { details: { file, reason } }: ByomlError): ByomlError =>
  new ByomlError('TRUST_REFUSED', `model ${dir}: it is not what was signed: ${String(file)} ${String(reason)}`, { details: { folder: dir, file, reason } });

/** A folder that is not there is missing, unless a run that was killed while it replaced it left it beside its place. */
async function openMovedAside(dir: string, folder: string): Promise<never> {
  await recover(folder);
  throw new ByomlError('MODEL_MISSING', `model ${dir}: the folder does not exist`, { details: { folder: dir } });
}

/** Refuses anything the manifest does not list: files, links, folders. */
async function refuseStrangers(dir: string, folder: string, { files }: ModelManifest): Promise<void> {
  const folders = foldersOf(Object.keys(files));
  const listed = new Set([...Object.keys(files), manifestName, digestName, signatureName]);
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

async function verify(dir: string, folder: string, name: string, { files }: ModelManifest, reading: Reading | undefined): Promise<void> {
  const expected = files[name];
  const opened = await openPlain(join(folder, name));
  if (typeof opened === 'string') throw corrupt(dir, name, opened);
  await using file = opened;
  const { size } = await file.stat();
  if (size !== expected?.bytes) throw corrupt(dir, name, `has ${size} bytes instead of ${expected?.bytes}`);
  if ((await fileDigest(file, size, reading)) !== expected.sha256) throw corrupt(dir, name, 'differs from its digest');
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
