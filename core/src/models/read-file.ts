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

/** SHA-256 of a file without holding it in memory. */
export async function fileDigest(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(chunkBytes);
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
  }
}
