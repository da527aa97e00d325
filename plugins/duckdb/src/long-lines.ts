import { open, type FileHandle } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';
import type { NamedFile, StagedFile } from './staged-file.ts';

/** The longest line that is read: 4 MiB. */
export const longestLine = 4_194_304;

const step = longestLine / 2;
const peek = 65_536;
const newline = 0x0a;

/**
 * Throws LINE_TOO_LONG when a line is longer than 4 MiB. Such a line covers a whole aligned block of 2 MiB, so it is
 * enough to look for one line break in each block, which the first bytes of it nearly always have.
 */
export async function refuseLongLines(staged: StagedFile): Promise<void> {
  const { path, bytes } = staged;
  if (bytes <= longestLine) return;
  await using file = await open(path);
  for (let from = 0; from + step <= bytes; from += step) {
    if (await hasBreak(file, from, peek) || (await hasBreak(file, from + peek, step - peek))) continue;
    const [start, end] = [await lastBreak(file, from), await nextBreak(file, from + step, bytes)];
    if (end - start > longestLine) throw lineTooLong(staged, await lineNumber(file, start));
  }
}

export const lineTooLong = ({ origin, name }: NamedFile, line: number): ByomlError =>
  new ByomlError('LINE_TOO_LONG', `${name}: line ${line} is longer than 4 MiB`, { details: { file: origin, line } });

async function read(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}

const hasBreak = async (file: FileHandle, from: number, length: number): Promise<boolean> => (await read(file, from, length)).includes(newline);

/** Where the line begins that `at` is in. */
async function lastBreak(file: FileHandle, at: number): Promise<number> {
  for (let to = at; to > 0; to -= step) {
    const from = Math.max(0, to - step);
    const found = (await read(file, from, to - from)).lastIndexOf(newline);
    if (found >= 0) return from + found + 1;
  }
  return 0;
}

async function nextBreak(file: FileHandle, at: number, bytes: number): Promise<number> {
  for (let from = at; from < bytes; from += step) {
    const found = (await read(file, from, step)).indexOf(newline);
    if (found >= 0) return from + found;
  }
  return bytes;
}

async function lineNumber(file: FileHandle, start: number): Promise<number> {
  let line = 1;
  for (let from = 0; from < start; from += step) {
    const block = await read(file, from, Math.min(step, start - from));
    for (let at = block.indexOf(newline); at >= 0; at = block.indexOf(newline, at + 1)) line += 1;
  }
  return line;
}
