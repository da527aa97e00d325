import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';

/** Replaces a file in one step: whoever reads meanwhile, or after a crash, sees the old content or the new one. Throws WRITE_FAILED. */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    await writeDurably(temporary, content);
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new ByomlError('WRITE_FAILED', `${path}: ${(thrown as Error).message}`, { cause: thrown, details: { path } });
  }
}

/** Writes a file and waits until the disk holds it. */
export async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  await using file = await open(path, 'w');
  await file.writeFile(content);
  await file.sync();
}
