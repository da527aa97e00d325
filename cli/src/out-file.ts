import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ByomlError } from '@byoml/core';

/** Writes a file whole or not at all: what was there before stays until the last line is out. Throws WRITE_FAILED. */
export async function writeWhole(path: string, lines: Iterable<string>, signal: AbortSignal): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(lines), createWriteStream(part, { flags: 'wx' }), { signal });
    await rename(part, path);
  } catch (thrown) {
    await rm(part, { force: true });
    if (signal.aborted) throw signal.reason;
    throw isSystemError(thrown) ? new ByomlError('WRITE_FAILED', `${path} could not be written: ${thrown.message}`, { cause: thrown, details: { path } }) : thrown;
  }
}

/** Writes to stdout as fast as its reader reads; a reader that has seen enough (`… | head`) ends it without an error. */
export async function writeStdout(lines: Iterable<string>, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false, signal });
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (!isSystemError(thrown) || thrown.code !== 'EPIPE') throw thrown;
  }
}

const isSystemError = (thrown: unknown): thrown is NodeJS.ErrnoException => thrown instanceof Error && 'syscall' in thrown;
