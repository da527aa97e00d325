import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, open, stat, truncate } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ByomlError, isByomlError } from '@byoml/core';
import { readRecord, writeRecord, type AppendRecord } from './append-record.ts';

const newline = 0x0a;

export interface Addition {
  /** A file with whole lines. */
  readonly part: string;
  readonly run: string;
  /** Whether the first line of `part` is a header, which a file has once. */
  readonly headed: boolean;
}

/**
 * Adds the lines of a part to `file`, exactly once per run: what a run was stopped in, at any moment, is cut off by the next write, and the run
 * that wrote last replaces what it added. One process at a time. Throws WRITE_FAILED and FILE_CORRUPT.
 */
export async function appendOnce(file: string, { part, run, headed }: Addition): Promise<void> {
  try {
    const size = await sizeOf(file);
    const record = settled(await readRecord(file), size);
    const from = await beginning(file, record, run, { size, headed });
    if (from === undefined) return;
    await append(file, { part, run, headed }, record, from);
  } catch (error) {
    if (isByomlError(error)) throw error;
    throw new ByomlError('WRITE_FAILED', `${file} could not be written: ${(error as Error).message}`, { details: { file }, cause: error });
  }
}

const sizeOf = async (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );

/** The record as the file bears it out. A file that somebody emptied or replaced by a shorter one is a new file. */
function settled({ open: begun, done }: AppendRecord, size: number): AppendRecord {
  if (size < (begun ? begun.from : (done.at(-1)?.to ?? 0))) return { open: null, done: [] };
  // Somebody wrote after all of it, so all of it was there.
  return begun && size > begun.to ? { open: null, done: [...done, begun] } : { open: begun, done };
}

/** Where a run's lines begin; undefined when they are in the file already and others after them. */
async function beginning(file: string, { open: begun, done }: AppendRecord, run: string, { size, headed }: { readonly size: number; readonly headed: boolean }): Promise<number | undefined> {
  if (begun) return begun.from;
  const last = done.at(-1);
  if (last?.run === run && last.to === size) return last.from;
  if (done.some((earlier) => earlier.run === run)) return undefined;
  return headed ? size : endOfRecords(file, size);
}

async function append(file: string, { part, run, headed }: Addition, { done }: AppendRecord, from: number): Promise<void> {
  if (headed && from > 0) await refuseOtherHeader(file, part);
  const start = headed && from > 0 ? (await firstLine(part)).length : 0;
  const glue = from > 0 && (await byteAt(file, from - 1)) !== newline ? '\n' : '';
  const to = from + glue.length + (await sizeOf(part)) - start;
  const earlier = done.filter((each) => each.to <= from);
  await writeRecord(file, { open: { run, from, to }, done: earlier });
  if ((await sizeOf(file)) > from) await truncate(file, from);
  try {
    if (glue !== '') await appendFile(file, glue);
    await pipeline(createReadStream(part, { start }), createWriteStream(file, { flags: 'a', flush: true }));
  } catch (error) {
    await truncate(file, from).catch(() => undefined); // as the record says, the next write would
    throw error;
  }
  await writeRecord(file, { open: null, done: [...earlier, { run, from, to }] });
}

/** The length of a JSON Lines file without a torn record at its end, which only somebody else can have left; a whole one without a line break stays. */
async function endOfRecords(file: string, size: number): Promise<number> {
  if (size === 0) return size;
  const { lineStart, line } = await lastLine(file, size);
  try {
    return line.trim() === '' || typeof JSON.parse(line) === 'object' ? size : lineStart;
  } catch {
    return lineStart;
  }
}

const block = 65_536;

async function lastLine(file: string, size: number): Promise<{ readonly lineStart: number; readonly line: string }> {
  await using handle = await open(file);
  let tail = Buffer.alloc(0);
  for (let end = size; end > 0; end -= block) {
    const from = Math.max(0, end - block);
    const read = Buffer.alloc(end - from);
    await handle.read(read, 0, read.length, from);
    tail = Buffer.concat([read, tail]);
    const at = tail.lastIndexOf(newline);
    if (at >= 0) return { lineStart: from + at + 1, line: tail.subarray(at + 1).toString() };
  }
  return { lineStart: 0, line: tail.toString() };
}

async function byteAt(file: string, at: number): Promise<number | undefined> {
  await using handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
  return buffer[0];
}

/** With its line break. */
async function firstLine(file: string): Promise<Buffer> {
  await using handle = await open(file);
  let head = Buffer.alloc(0);
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(block), 0, block, head.length);
    head = Buffer.concat([head, buffer.subarray(0, bytesRead)]);
    const at = head.indexOf(newline);
    if (at >= 0 || bytesRead === 0) return at >= 0 ? head.subarray(0, at + 1) : head;
  }
}

const titles = (line: Buffer): string => line.toString().replace(/^\uFEFF/u, '').trim();

async function refuseOtherHeader(file: string, part: string): Promise<void> {
  const [has, given] = [titles(await firstLine(file)), titles(await firstLine(part))];
  if (has === given) return;
  throw new ByomlError('WRITE_FAILED', `${file} has the columns ${has.slice(0, 200)}, but the rows to add have ${given.slice(0, 200)}; nothing was added`, { details: { file, has, given } });
}
