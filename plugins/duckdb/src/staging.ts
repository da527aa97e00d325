import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { ByomlError, type FileFormat, type Run, type ScanFile } from '@byoml/core';
import { refuseLongLines } from './long-lines.ts';
import type { NamedFile, StagedFile } from './staged-file.ts';

const atOnce = 32;

/** Files the engine can read as they are; compressed ones and parts of files are written out into the engine's folder first. */
export async function stage(files: readonly ScanFile[], format: FileFormat, folder: string, run: Run): Promise<readonly StagedFile[]> {
  const staged: StagedFile[] = [];
  for (let from = 0; from < files.length; from += atOnce) {
    run.signal.throwIfAborted();
    staged.push(...(await Promise.all(files.slice(from, from + atOnce).map((file, i) => stageFile(file, format, join(folder, `staged-${from + i}.${format}`), run)))));
  }
  return staged;
}

async function stageFile(file: ScanFile, format: FileFormat, to: string, run: Run): Promise<StagedFile> {
  const staged = await readable(file, format, to, run);
  if (format === 'jsonl') await refuseLongLines(staged);
  return staged;
}

async function readable(file: ScanFile, format: FileFormat, to: string, run: Run): Promise<StagedFile> {
  const origin = fileURLToPath(file.url);
  const named: NamedFile = { origin, name: file.label ?? basename(origin) };
  const size = sizeOf(origin, file.label);
  const offset = file.offset ?? 0;
  const compressed = format !== 'parquet' && origin.endsWith('.gz');
  if (!compressed && offset === 0 && file.bytes >= size) return { ...named, path: origin, bytes: size };
  if (file.bytes === 0) return { ...named, path: origin, bytes: 0 };
  const range = createReadStream(origin, { start: offset, end: offset + file.bytes - 1 });
  try {
    await (compressed ? pipeline(range, createGunzip(), withoutMark, createWriteStream(to), { signal: run.signal }) : pipeline(range, createWriteStream(to), { signal: run.signal }));
  } catch (error) {
    throw stagingFailure(error, named, run.signal);
  }
  return { ...named, path: to, bytes: sizeOf(to) };
}

/** The byte-order mark would be part of the first record. */
async function* withoutMark(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const block of blocks) {
    yield first && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
    first = false;
  }
}

// Synchronous: it takes microseconds, and an export has thousands of files.
function sizeOf(path: string, label = path): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw new ByomlError('FILE_MISSING', `${label} cannot be read`, { details: { file: path }, cause: error });
  }
}

function stagingFailure(error: unknown, { origin, name }: NamedFile, signal: AbortSignal): unknown {
  if (signal.aborted) return new ByomlError('CANCELLED', 'the run was stopped', { cause: error });
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_') || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END') return new ByomlError('FILE_CORRUPT', `${name} is not a whole gzip file`, { details: { file: origin }, cause: error });
  if (code === 'ENOSPC') return new ByomlError('MEMORY_EXCEEDED', `no space left to unpack ${name}`, { details: { file: origin }, cause: error });
  return new ByomlError('FILE_MISSING', `${name} cannot be read`, { details: { file: origin }, cause: error });
}
