import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync, utimesSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '@byoml/core';
import type { ListedBlob } from './client.ts';

/** What stands beside a copy, written after it: how much of the file is right. Bytes after that are of a download that was stopped. */
const record = z.strictObject({
  address: z.string(),
  etag: z.string(),
  bytes: z.int().min(0),
  grows: z.boolean(),
  created: z.number(),
  /** SHA-256 of the last 4 KiB of those bytes. */
  tail: z.string(),
});
type CopyRecord = z.output<typeof record>;

const tailBytes = 4096;
/** Times of use are only as fine as removing the oldest needs. */
const touchedEveryMs = 3_600_000;

export const recordEnding = '.copy';
export const recordOf = (path: string): string => `${path}${recordEnding}`;
export const partOf = (path: string): string => `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`;

/**
 * Where the copy of a blob lies: a hash of its address, and of what makes it another blob: when it was created where it only grows, else its content.
 * The same everywhere and always, as marks of what was read are kept by this name.
 */
export function copyPath(folder: string, address: string, blob: ListedBlob, ending: string): string {
  const key = JSON.stringify([address, blob.grows ? blob.created : blob.etag]);
  return join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 40)}${ending}`);
}

/** What a copy is known to hold, checked against the file; undefined when there is none or it cannot be trusted. Synchronous: some calls of microseconds for each of thousands. */
export function heldCopy(path: string, address: string): CopyRecord | undefined {
  const held = readRecord(path);
  if (held?.address !== address) return undefined;
  try {
    return tailOf(path, held.bytes) === held.tail ? held : undefined;
  } catch {
    return undefined;
  }
}

function readRecord(path: string): CopyRecord | undefined {
  try {
    return record.parse(JSON.parse(readFileSync(recordOf(path), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Undefined when the file is shorter. */
function tailOf(path: string, bytes: number): string | undefined {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size < bytes) return undefined;
    const tail = Buffer.alloc(Math.min(tailBytes, bytes));
    const read = readSync(file, tail, 0, tail.length, bytes - tail.length);
    return read === tail.length ? createHash('sha256').update(tail).digest('hex') : undefined;
  } finally {
    closeSync(file);
  }
}

/** Says how much of a copy is right now. A crash before the end leaves the record that was there. */
export async function recordCopy(path: string, address: string, { etag, bytes, grows, created }: ListedBlob): Promise<void> {
  const tail = tailOf(path, bytes);
  if (tail === undefined) throw Object.assign(new Error('the copy is shorter than what was written'), { code: 'EIO' });
  const part = partOf(path);
  try {
    await writeFile(part, `${JSON.stringify({ address, etag, bytes, grows, created, tail } satisfies CopyRecord)}\n`);
    await rename(part, recordOf(path));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Notes that a copy is in use. */
export function touch(path: string, now: number): void {
  try {
    if (now - statSync(recordOf(path)).mtimeMs > touchedEveryMs) utimesSync(recordOf(path), now / 1000, now / 1000);
  } catch {
    // Somebody empties the cache, which is always allowed: at worst the copy is fetched again.
  }
}
