import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelFiles } from '../contracts/algorithm.ts';
import { ByomlError } from '../contracts/errors.ts';
import { sha256 } from './digest.ts';
import { writeFailure } from './failure.ts';
import { foldersOf, isFileName } from './file-name.ts';
import { limits } from './limits.ts';
import type { ModelManifest } from './manifest.ts';

/** Files of a model while it is written; remembers the digest of each. */
export class FolderWriter implements ModelFiles {
  readonly #folder: string;
  readonly #written = new Map<string, { readonly bytes: number; readonly sha256: string }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async names(): Promise<readonly string[]> {
    return [...this.#written.keys()].sort();
  }

  async read(name: string): Promise<Uint8Array> {
    if (!this.#written.has(name)) throw new ByomlError('MODEL_INVALID', `the model has no file "${name}"`, { details: { file: name } });
    return readFile(join(this.#folder, name));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (!isFileName(name)) throw new ByomlError('MODEL_INVALID', `"${name.slice(0, 200)}" is not a file name of a model: lower-case letters, digits, ".", "_", "-" and "/", at most 250 characters between two "/"`, { details: { file: name } });
    if (bytes.byteLength > limits.fileBytes) throw new ByomlError('MODEL_INVALID', `${name}: ${bytes.byteLength} bytes are more than a model's file may have`, { details: { file: name } });
    try {
      await mkdir(dirname(join(this.#folder, name)), { recursive: true });
      await writeFile(join(this.#folder, name), bytes);
    } catch (thrown) {
      throw writeFailure(`file ${name} of the model`, thrown);
    }
    this.#written.set(name, { bytes: bytes.byteLength, sha256: sha256(bytes) });
  }

  /** What was written, by name in order. */
  files(): ModelManifest['files'] {
    return Object.fromEntries([...this.#written].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Returns when the disk holds every file and folder. */
  async sync(...further: string[]): Promise<void> {
    const queue = [...this.#written.keys(), ...further].values();
    await Promise.all(Array.from({ length: 8 }, () => syncEach(this.#folder, queue)));
    for (const folder of [...foldersOf(this.#written.keys()), '']) await syncFolder(join(this.#folder, folder));
  }
}

async function syncEach(folder: string, names: Iterable<string>): Promise<void> {
  for (const name of names) {
    await using file = await open(join(folder, name), 'r+');
    await file.sync();
  }
}

/** Makes renames in a folder durable; Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}
