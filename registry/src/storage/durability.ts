import { constants } from 'node:fs';
import { flushPath } from './file-content.ts';

/** Windows keeps names by itself, and opens no folder. */
const keepsNames = process.platform === 'win32';

/** What was written and may still be only in the memory of the system. */
export class Durability {
  #files = new Set<string>();
  #folders = new Set<string>();
  #flushing: Promise<void> = Promise.resolve();

  /** Notes files that were written, and folders in which names have changed. */
  note(files: readonly string[], folders: readonly string[]): void {
    for (const file of files) this.#files.add(file);
    for (const folder of folders) this.#folders.add(folder);
  }

  /** Waits for the disk to hold all that was noted until now, also what another call waits for. What cannot be flushed stays noted. */
  flush(): Promise<void> {
    const flushing = this.#flushing.then(() => this.#flush());
    this.#flushing = flushing.catch(() => undefined);
    return flushing;
  }

  async #flush(): Promise<void> {
    const [files, folders] = [this.#files, this.#folders];
    [this.#files, this.#folders] = [new Set(), new Set()];
    try {
      await Promise.all([...[...files].map((path) => flushed(path, constants.O_RDWR)), flushedFolders([...folders])]);
    } catch (thrown) {
      this.note([...files], [...folders]);
      throw thrown;
    }
  }
}

/** Waits until folders hold the names that they have now. */
export async function flushedFolders(folders: readonly string[]): Promise<void> {
  if (!keepsNames) await Promise.all(folders.map((folder) => flushed(folder, constants.O_RDONLY)));
}

/** What was replaced or removed meanwhile is not there any more. */
async function flushed(path: string, flags: number): Promise<void> {
  try {
    await flushPath(path, flags);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
  }
}
