import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

// Runs in worker threads too: nothing here may import a package.

/** Whole lines of a file: bytes `from` up to `to`. */
export interface LineRange {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** What the threads of one search share. Segment i is written to `${kept}-${i}.jsonl`. */
export interface LineSearch {
  readonly segments: ReadonlyArray<readonly LineRange[]>;
  readonly bytes: Uint8Array;
  readonly kept: string;
  /** The next segment nobody has taken, and the bytes looked at so far. */
  readonly shared: BigInt64Array;
}

const newline = 0x0a;
const blocksInTurn = 16;
// Measured: copies of 512 KiB and more out of the page cache take four times as long per byte, since they leave the CPU's cache.
const step = 262_144;
// JSON may spell any ASCII character like this; a line that does is not judged.
const escaped = Buffer.from(String.raw`\u00`);

/** Takes segments until none is left. Threads that do so together write each segment once. */
export async function searchSegments({ segments, bytes, kept, shared }: LineSearch, stopped: () => void): Promise<void> {
  // Reused from segment to segment: growing afresh costs more than searching.
  const lines = new Kept();
  const buffer = new ReadBuffer();
  for (;;) {
    const taken = Number(Atomics.add(shared, 0, 1n));
    const ranges = segments[taken];
    if (!ranges) return;
    lines.clear();
    let turn = 0;
    for (const block of wholeLines(ranges, buffer)) {
      // Now and then a stop and DuckDB's answers must be able to arrive.
      if (turn++ % blocksInTurn === 0) await setImmediate();
      stopped();
      keepLines(block, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), lines);
      Atomics.add(shared, 1, BigInt(block.length));
    }
    writeFileSync(keptPath(kept, taken), lines.content);
  }
}

export const keptPath = (kept: string, segment: number): string => `${kept}-${segment}.jsonl`;

/** Lines on their way into a file. */
export class Kept {
  #bytes: Buffer = Buffer.allocUnsafe(8 * step);
  #size = 0;

  add(block: Buffer, from: number, to: number): void {
    if (this.#size + to - from > this.#bytes.length) this.#bytes = grown(this.#bytes, 2 * (this.#size + to - from));
    block.copy(this.#bytes, this.#size, from, to);
    this.#size += to - from;
  }

  clear(): void {
    this.#size = 0;
  }

  get content(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }
}

/** The lines of a block that hold the bytes or an escape. */
export function keepLines(block: Buffer, bytes: Buffer, kept: Kept): void {
  if (block.includes(escaped)) eachLine(block, bytes, kept);
  else hits(block, bytes, kept);
}

function hits(block: Buffer, bytes: Buffer, kept: Kept): void {
  for (let at = block.indexOf(bytes); at >= 0; ) {
    const end = endOfLine(block, at);
    kept.add(block, block.lastIndexOf(newline, at) + 1, end);
    at = end < block.length ? block.indexOf(bytes, end) : -1;
  }
}

function eachLine(block: Buffer, bytes: Buffer, kept: Kept): void {
  for (let from = 0; from < block.length; ) {
    const end = endOfLine(block, from);
    const line = block.subarray(from, end);
    if (line.includes(bytes) || line.includes(escaped)) kept.add(block, from, end);
    from = end;
  }
}

const endOfLine = (block: Buffer, at: number): number => block.indexOf(newline, at) + 1 || block.length;

function grown(bytes: Buffer, length: number): Buffer {
  const longer = Buffer.allocUnsafeSlow(length);
  bytes.copy(longer);
  return longer;
}

/** Where blocks are read into; grows with the longest line. */
export class ReadBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(2 * step);
}

/**
 * Blocks of whole lines, each ended by a line break; a block is valid until the next.
 * Synchronous: waiting for the event loop between reads takes longer than copying from the page cache.
 */
export function* wholeLines(ranges: readonly LineRange[], buffer: ReadBuffer = new ReadBuffer()): Generator<Buffer> {
  for (const range of ranges) {
    const file = openSync(range.path, 'r');
    try {
      yield* blocks(file, range, buffer);
    } finally {
      closeSync(file);
    }
  }
}

/** Reads behind the unfinished line of the block before. */
function* blocks(file: number, { from, to }: LineRange, buffer: ReadBuffer): Generator<Buffer> {
  let held = 0;
  for (let at = from; at < to; ) {
    if (held + step >= buffer.bytes.length) buffer.bytes = grown(buffer.bytes, 2 * buffer.bytes.length);
    const { bytes } = buffer;
    const read = readSync(file, bytes, held, Math.min(step, to - at), at);
    const filled = held + read;
    at = read === 0 ? to : at + read;
    const end = at >= to ? ended(bytes, filled) : bytes.subarray(0, filled).lastIndexOf(newline) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    held = Math.max(0, filled - end);
    bytes.copyWithin(0, end, filled);
  }
}

/** The length with a line break at the end. */
function ended(buffer: Buffer, filled: number): number {
  if (filled === 0 || buffer[filled - 1] === newline) return filled;
  buffer[filled] = newline;
  return filled + 1;
}
