import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Never follows a link, never waits for the other end of a pipe. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export type Refused = 'is a symbolic link' | 'is missing' | 'is not a file';
const refusals: Readonly<Record<string, Refused>> = { ELOOP: 'is a symbolic link', EMLINK: 'is a symbolic link', ENOENT: 'is missing', ENOTDIR: 'is missing', EISDIR: 'is not a file', ENXIO: 'is not a file' };

/** Opens a regular file, or says why it is none. */
export async function openPlain(path: string): Promise<FileHandle | Refused> {
  try {
    const file = await open(path, flags);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return 'is not a file';
  } catch (thrown) {
    const refusal = refusals[(thrown as NodeJS.ErrnoException).code ?? ''];
    if (refusal) return refusal;
    throw thrown;
  }
}

const chunkBytes = 1 << 20;

/** Where reading of a large file says how far it is, and asks whether to go on. */
export interface Reading {
  readonly signal: AbortSignal;
  /** Bytes since the last call. */
  read(bytes: number): void;
}

/** SHA-256 of a file of about `bytes` bytes, without holding more than a part of it in memory. */
export async function fileDigest(file: FileHandle, bytes: number, reading?: Reading): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(Math.min(chunkBytes, bytes + 1));
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    reading?.signal.throwIfAborted();
    reading?.read(bytesRead);
  }
}

/** At most `most` bytes of a file, in a buffer of their own: typed arrays can be laid over it. */
export async function contentOf(file: FileHandle, most: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(most, (await file.stat()).size));
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length === bytes.length ? bytes : bytes.slice(0, length);
}
