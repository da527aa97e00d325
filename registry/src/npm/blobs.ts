import { createHash } from 'node:crypto';
import { ByomlError } from '@byoml/core';
import { absent, type Storage } from '../storage/storage.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Where the bytes of a SHA-256, in hexadecimal, lie. */
export const blobKey = (digest: string): string => `blobs/sha256/${digest.slice(0, 2)}/${digest}`;

/** Keeps bytes under their SHA-256 and answers it, in hexadecimal. */
export async function writeBlob(storage: Storage, bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  const digest = digestOf(bytes);
  await storage.write(blobKey(digest), bytes, { expected: absent, signal });
  return digest;
}

/** Throws STORAGE_FAILED when the storage has other bytes there, or none. */
export async function readBlob(storage: Storage, digest: string, signal: AbortSignal): Promise<Uint8Array> {
  const stored = await storage.read(blobKey(digest), signal);
  if (!stored || digestOf(stored.bytes) !== digest) throw new ByomlError('STORAGE_FAILED', `${blobKey(digest)}: the blob is ${stored ? 'damaged' : 'gone'}`, { details: { digest } });
  return stored.bytes;
}
