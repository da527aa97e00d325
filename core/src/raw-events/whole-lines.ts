import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import type { ScanFile } from '../contracts/data-source.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';

/** Engines refuse longer lines, so none of them made a row. */
export const longestLine = 4_194_304;
const step = 262_144;
const newline = 0x0a;

/** The content of a file, unpacked; `read` hears of the bytes on disk. Throws FILE_MISSING, FILE_CORRUPT, and the reason of a stop. */
export async function* contentOf({ url, offset = 0, bytes }: ScanFile, run: Run, read: (bytes: number) => void = () => {}): AsyncGenerator<Buffer> {
  if (bytes === 0) return;
  const path = fileURLToPath(url);
  const onDisk = async function* (): AsyncGenerator<Buffer> {
    for await (const block of createReadStream(path, { start: offset, end: offset + bytes - 1, highWaterMark: step }) as AsyncIterable<Buffer>) {
      read(block.length);
      yield block;
    }
  };
  // A failure of either stream reaches whoever reads the last one.
  const content: AsyncIterable<Buffer> = path.endsWith('.gz') ? pipeline(onDisk, createGunzip({ chunkSize: step }), () => {}) : onDisk();
  try {
    for await (const block of content) {
      run.signal.throwIfAborted();
      yield block;
    }
  } catch (error) {
    run.signal.throwIfAborted();
    throw readingFailure(error, path);
  }
}

function readingFailure(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('Z_') || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END') return new ByomlError('FILE_CORRUPT', `${basename(path)} is not a whole gzip file`, { details: { file: path }, cause: error });
  if (code === '') return error;
  return new ByomlError('FILE_MISSING', `${path} cannot be read`, { details: { file: path }, cause: error });
}

/** Blocks of whole lines, without lines that are too long and without a byte-order mark. Holds one block and one line. */
export async function* wholeLines(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  let first = true;
  for await (const piece of content) {
    const from = skipping ? piece.indexOf(newline) + 1 : 0;
    if (skipping && from === 0) continue;
    skipping = false;
    const end = Math.max(from, piece.lastIndexOf(newline) + 1);
    if (end > from) {
      const block = rest.length === 0 ? piece.subarray(from, end) : Buffer.concat([rest, piece.subarray(from, end)]);
      yield first ? withoutMark(block) : block;
      first = false;
      rest = Buffer.alloc(0);
    }
    rest = Buffer.concat([rest, piece.subarray(end)]);
    if (rest.length > longestLine) [rest, skipping] = [Buffer.alloc(0), true];
  }
  if (rest.length > 0) yield first ? withoutMark(rest) : rest;
}

const withoutMark = (block: Buffer): Buffer => (block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block);
