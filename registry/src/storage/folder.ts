import { mkdirSync, realpathSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { mkdir, opendir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { Durability, flushedFolders } from './durability.ts';
import { readContent, writeContent } from './file-content.ts';
import { refuseInvalidKey, refuseInvalidPrefix } from './key.ts';
import { Lock } from './lock.ts';
import { absent, type Condition, type Durable, type Storage, type Stored, type WriteCondition } from './storage.ts';
import { versionOf } from './version.ts';

/** Ends the file of an object, so that `a` and `a/b` can both be keys. No key has this character. */
const mark = '=';

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? '';
/** What systems say of a folder that holds something. */
const isOccupied = (thrown: unknown): boolean => ['ENOTEMPTY', 'EEXIST'].includes(codeOf(thrown));
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

/** Looks and renames synchronously: on a local disk that takes microseconds, the way through Node's threads ten times as long. Only the disk is waited for. */
class FolderStorage implements Storage {
  readonly #root: string;
  readonly #objects: string;
  readonly #durability = new Durability();
  readonly #lock: Lock;

  constructor(root: string, lock: Lock) {
    this.#root = root;
    this.#objects = join(root, 'objects');
    this.#lock = lock;
  }

  async read(key: string, signal: AbortSignal): Promise<Stored | undefined> {
    const path = this.#path(key, signal);
    return this.#told(`cannot read ${key}`, async () => {
      const bytes = this.#isInside(dirname(path)) ? await readContent(path) : undefined;
      signal.throwIfAborted();
      return bytes && { bytes, version: versionOf(bytes) };
    });
  }

  async write(key: string, bytes: Uint8Array, { expected, signal, durable = 'at once' }: WriteCondition): Promise<string | undefined> {
    const path = this.#path(key, signal);
    const content = bytes.slice(); // the caller may change its bytes while this waits for the lock
    return this.#locked(`cannot write ${key}`, signal, async () => {
      if (!(await this.#isAs(path, expected))) return undefined;
      const folders = [...this.#makeFolder(dirname(path)), dirname(path)];
      await this.#replace(path, content, { durable, folders });
      return versionOf(content);
    });
  }

  async flush(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#told('cannot make durable what was written', () => this.#durability.flush());
  }

  async delete(key: string, { expected, signal }: Condition): Promise<boolean> {
    const path = this.#path(key, signal);
    return this.#locked(`cannot delete ${key}`, signal, async () => {
      if (!(await this.#isAs(path, expected))) return false;
      if (!this.#isInside(dirname(path))) return true;
      rmSync(path, { force: true });
      this.#prune(dirname(path));
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
  #isInside(folder: string): boolean {
    try {
      const real = realpathSync.native(folder);
      if (real !== folder) throw new ByomlError('STORAGE_FAILED', `storage ${this.#root}: ${folder} leads out of it, to ${real}`, { details: { root: this.#root, folder } });
      return true;
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return false;
      throw thrown;
    }
  }

  async #isAs(path: string, expected: string | undefined): Promise<boolean> {
    if (!this.#isInside(dirname(path))) return expected === undefined || expected === absent;
    if (expected === undefined) return true;
    const bytes = await readContent(path);
    return (bytes ? versionOf(bytes) : absent) === expected;
  }

  /** Part by part, so that nothing is made behind a link. The folders that got a new name. */
  #makeFolder(folder: string): string[] {
    if (folder === this.#objects || this.#isInside(folder)) return [];
    const changed = this.#makeFolder(dirname(folder));
    mkdirSync(folder);
    return [...changed, dirname(folder)];
  }

  async #replace(path: string, content: Uint8Array, { durable, folders }: { readonly durable: Durable; readonly folders: readonly string[] }): Promise<void> {
    const temporary = join(this.#root, 'temporary', 'next');
    await writeContent(temporary, content, durable);
    renameSync(temporary, path);
    if (durable === 'at once') await flushedFolders(folders);
    else this.#durability.note(durable === 'flushed' ? [path] : [], folders);
  }

  /** Removes folders that became empty. */
  #prune(folder: string): void {
    try {
      for (let at = folder; at !== this.#objects; at = dirname(at)) rmdirSync(at);
    } catch (thrown) {
      if (!isOccupied(thrown)) throw thrown;
    }
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
