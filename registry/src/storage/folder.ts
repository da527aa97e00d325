import { constants } from 'node:fs';
import { mkdir, open, opendir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { refuseInvalidKey, refuseInvalidPrefix } from './key.ts';
import { Lock } from './lock.ts';
import { absent, type Condition, type Storage, type Stored } from './storage.ts';
import { versionOf } from './version.ts';

/** Ends the file of an object, so that `a` and `a/b` can both be keys. No key has this character. */
const mark = '=';
const noFollow = constants.O_NOFOLLOW ?? 0;

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? '';
const failed = (root: string, what: string, cause: unknown): ByomlError => new ByomlError('STORAGE_FAILED', `storage ${root}: ${what}: ${(cause as Error).message}`, { cause, details: { root, system: codeOf(cause) } });

/** Opens a folder as storage and makes it when it does not exist. Safe for many processes of one machine on a local disk. */
export async function folderStorage(root: string): Promise<Storage> {
  try {
    await mkdir(join(root, 'objects'), { recursive: true });
    await mkdir(join(root, 'temporary'), { recursive: true });
    const real = await realpath(root);
    return new FolderStorage(real, new Lock(join(real, 'lock.sqlite')));
  } catch (thrown) {
    throw failed(root, 'cannot be opened', thrown);
  }
}

class FolderStorage implements Storage {
  readonly #root: string;
  readonly #objects: string;
  readonly #lock: Lock;

  constructor(root: string, lock: Lock) {
    this.#root = root;
    this.#objects = join(root, 'objects');
    this.#lock = lock;
  }

  async read(key: string, signal: AbortSignal): Promise<Stored | undefined> {
    const path = this.#path(key, signal);
    return this.#told(`cannot read ${key}`, async () => {
      if (!(await this.#isInside(dirname(path)))) return undefined;
      const bytes = await contentOf(path);
      signal.throwIfAborted();
      return bytes && { bytes, version: versionOf(bytes) };
    });
  }

  async write(key: string, bytes: Uint8Array, { expected, signal }: Condition): Promise<string | undefined> {
    const path = this.#path(key, signal);
    const content = bytes.slice(); // the caller may change its bytes while this waits for the lock
    return this.#locked(`cannot write ${key}`, signal, async () => {
      if (!(await this.#isAs(path, expected))) return undefined;
      await this.#makeFolder(dirname(path));
      await this.#replace(path, content);
      return versionOf(content);
    });
  }

  async delete(key: string, { expected, signal }: Condition): Promise<boolean> {
    const path = this.#path(key, signal);
    return this.#locked(`cannot delete ${key}`, signal, async () => {
      if (!(await this.#isAs(path, expected))) return false;
      if (!(await this.#isInside(dirname(path)))) return true;
      await rm(path, { force: true });
      await this.#prune(dirname(path));
      return true;
    });
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<string> {
    refuseInvalidPrefix(prefix);
    yield* keysUnder(this.#objects, '', { prefix, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock[Symbol.dispose]();
  }

  #path(key: string, signal: AbortSignal): string {
    signal.throwIfAborted();
    refuseInvalidKey(key);
    return `${join(this.#objects, key)}${mark}`;
  }

  /** Whether a folder exists and no link on its way leads elsewhere. */
  async #isInside(folder: string): Promise<boolean> {
    try {
      const real = await realpath(folder);
      if (real !== folder) throw new ByomlError('STORAGE_FAILED', `storage ${this.#root}: ${folder} leads out of it, to ${real}`, { details: { root: this.#root, folder } });
      return true;
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return false;
      throw thrown;
    }
  }

  async #isAs(path: string, expected: string | undefined): Promise<boolean> {
    const bytes = (await this.#isInside(dirname(path))) && expected !== undefined ? await contentOf(path) : undefined;
    return expected === undefined || (bytes ? versionOf(bytes) : absent) === expected;
  }

  /** Part by part, so that nothing is made behind a link. */
  async #makeFolder(folder: string): Promise<void> {
    if (folder === this.#objects || (await this.#isInside(folder))) return;
    await this.#makeFolder(dirname(folder));
    await mkdir(folder);
  }

  async #replace(path: string, content: Uint8Array): Promise<void> {
    const temporary = join(this.#root, 'temporary', 'next');
    {
      await using file = await open(temporary, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | noFollow);
      await file.writeFile(content);
      await file.sync();
    }
    await rename(temporary, path);
    await using folder = await open(dirname(path));
    if (process.platform !== 'win32') await folder.sync();
  }

  /** Removes folders that became empty. */
  async #prune(folder: string): Promise<void> {
    for (let at = folder; at !== this.#objects && (await readdir(at)).length === 0; at = dirname(at)) await rmdir(at);
  }

  #locked<T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#told(what, () => this.#lock.hold(work, signal));
  }

  async #told<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Error) || !('syscall' in thrown || codeOf(thrown) === 'ERR_SQLITE_ERROR')) throw thrown;
      throw failed(this.#root, what, thrown);
    }
  }
}

async function contentOf(path: string): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | noFollow);
    return new Uint8Array(await file.readFile());
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

interface Listing {
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/** Folders sort as their keys do: with the slash behind their name. */
async function* keysUnder(folder: string, above: string, { prefix, signal }: Listing): AsyncIterable<string> {
  signal.throwIfAborted();
  const names: string[] = [];
  for await (const entry of await opendir(folder)) {
    const key = `${above}${entry.isFile() && entry.name.endsWith(mark) ? entry.name.slice(0, -1) : `${entry.name}/`}`;
    if ((entry.isFile() || entry.isDirectory()) && (key.startsWith(prefix) || (entry.isDirectory() && prefix.startsWith(key)))) names.push(key);
  }
  for (const key of names.sort()) {
    if (key.endsWith('/')) yield* keysUnder(join(folder, key.slice(above.length, -1)), key, { prefix, signal });
    else yield key;
    signal.throwIfAborted();
  }
}
