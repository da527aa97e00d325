import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelFiles } from '../contracts/algorithm.ts';
import { ByomlError } from '../contracts/errors.ts';
import { sha256 } from './digest.ts';
import { writeFailure } from './failure.ts';
import { digestName, manifestName } from './file-name.ts';
import { FolderWriter } from './folder-writer.ts';
import { limits } from './limits.ts';
import { manifestText, modelManifest, modelManifestInput, scopeDigests, type ModelManifest, type ModelManifestInput } from './manifest.ts';
import { occupant } from './occupant.ts';
import { manifestDigestText } from './read-manifest.ts';
import { recover, replaceFolder } from './replace-folder.ts';
import { targetOf } from './target.ts';
import { removeStale, temporaryPath } from './temporary.ts';

/**
 * Writes a model folder in one step: whenever the process stops, `dir` holds the model that was there before or the new one.
 * Throws FOLDER_OCCUPIED when `dir` holds anything but a model, WRITE_FAILED when the disk refuses.
 */
export async function writeModelFolder(dir: string, manifest: ModelManifestInput, save: (files: ModelFiles) => Promise<void>): Promise<{ digest: string; manifest: ModelManifest }> {
  try {
    const target = await targetOf(dir);
    await recover(target);
    await occupant(target);
    const input = modelManifestInput.parse(manifest);
    return await inNewParents(target, () => build(target, input, save));
  } catch (thrown) {
    throw writeFailure(`model folder ${dir}`, thrown);
  }
}

/** Makes the folders above `target`; removes those again when `work` fails. */
async function inNewParents<T>(target: string, work: () => Promise<T>): Promise<T> {
  const first = await mkdir(dirname(target), { recursive: true });
  try {
    return await work();
  } catch (thrown) {
    for (let at = dirname(target); first !== undefined && at.length >= first.length; at = dirname(at)) await rmdir(at).catch(() => undefined);
    throw thrown;
  }
}

async function build(target: string, input: ModelManifestInput, save: (files: ModelFiles) => Promise<void>): Promise<{ digest: string; manifest: ModelManifest }> {
  await removeStale(target);
  const folder = temporaryPath(target, 'new');
  try {
    await mkdir(folder);
    const writer = new FolderWriter(folder);
    await save(writer);
    const result = await seal(folder, input, writer);
    await replaceFolder(folder, target);
    return result;
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw thrown;
  }
}

/** Adds the manifest and its digest, and waits until the disk holds everything. */
async function seal(folder: string, input: ModelManifestInput, writer: FolderWriter): Promise<{ digest: string; manifest: ModelManifest }> {
  const files = writer.files();
  const manifest = modelManifest.parse({ ...input, format: 1, scopes: scopeDigests(files), files, signature: 'none' });
  const text = manifestText(manifest);
  if (Buffer.byteLength(text) > limits.manifestBytes) throw new ByomlError('WRITE_FAILED', `the model has ${Object.keys(files).length} files, more than its manifest can list`);
  const digest = sha256(text);
  await writeFile(join(folder, manifestName), text);
  await writeFile(join(folder, digestName), manifestDigestText(digest));
  await writer.sync(manifestName, digestName);
  return { digest, manifest };
}
