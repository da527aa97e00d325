import { closeSync, constants, fstatSync, fsync, openSync, readFileSync, writeFile, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Durable } from './storage.ts';

/** Links are never followed. */
const noFollow = constants.O_NOFOLLOW ?? 0;
/** Bytes that are faster read or written at once than by way of another thread. */
const small = 256 << 10;

const flushed = promisify(fsync);
const written = promisify<number, Uint8Array, void>(writeFile);

/** Undefined when there is no such file. Throws what the system says. */
export async function readContent(path: string): Promise<Uint8Array | undefined> {
  const file = opened(path);
  if (file === undefined) return undefined;
  try {
    return new Uint8Array(fstatSync(file).size <= small ? readFileSync(file) : await readFile(path, { flag: constants.O_RDONLY | noFollow }));
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | noFollow);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** Replaces what a file holds; it is on the disk when this ends, unless it is to be flushed later. */
export async function writeContent(path: string, bytes: Uint8Array, durable: Durable): Promise<void> {
  const file = openSync(path, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | noFollow);
  try {
    if (bytes.length <= small) writeFileSync(file, bytes);
    else await written(file, bytes);
    if (durable !== 'flushed') await flushed(file);
  } finally {
    closeSync(file);
  }
}

/** Waits until the disk holds a file or a folder. Opens it without another thread, since only the wait is long. */
export async function flushPath(path: string, flags: number): Promise<void> {
  const file = openSync(path, flags | noFollow);
  try {
    await flushed(file);
  } finally {
    closeSync(file);
  }
}
