import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Durable } from './storage.ts';

/** Links are never followed. */
const noFollow = constants.O_NOFOLLOW ?? 0;
/** Bytes that are faster read or written at once than by way of another thread. */
const small = 256 << 10;

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

/** Replaces what a file holds; `at once`: it is on the disk when this ends. */
export async function writeContent(path: string, bytes: Uint8Array, durable: Durable): Promise<void> {
  const flags = constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | noFollow;
  if (durable === 'flushed' && bytes.length <= small) return writeSmall(openSync(path, flags), bytes);
  await using file = await open(path, flags);
  await file.writeFile(bytes);
  if (durable === 'at once') await file.sync();
}

function writeSmall(file: number, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } finally {
    closeSync(file);
  }
}
