import { open } from 'node:fs/promises';
import type { Predicate, Run } from '@byoml/core';
import type { LineHelpers } from './line-helpers.ts';
import { Kept, keepLines, keptPath, searchSegments, wholeLines, type LineRange, type LineSearch } from './line-scan.ts';
import type { StagedFile } from './staged-file.ts';

/** Of the first block: when more of it survives, looking at lines costs more than it saves. */
const mostKept = 0.5;
const shortest = 3;
const segmentBytes = 16_777_216;
const peek = 65_536;
const newline = 0x0a;

/** Bytes that every line holds which the predicates let through, or undefined when there are none to look for. */
export function commonBytes(where: readonly Predicate[]): Buffer | undefined {
  const longest = where.map((predicate) => sharedStart(predicate.in)).sort((a, b) => b.length - a.length)[0] ?? '';
  return longest.length >= shortest ? Buffer.from(longest) : undefined;
}

/** The start that all texts share, as far as JSON spells it literally or as `\u00..`. */
function sharedStart([first = '', ...others]: readonly string[]): string {
  const plain = /^[\w .:-]*/u.exec(first)?.[0] ?? '';
  let length = plain.length;
  while (!others.every((other) => other.startsWith(plain.slice(0, length)))) length -= 1;
  return plain.slice(0, length);
}

export interface LineFilter {
  readonly files: readonly StagedFile[];
  readonly bytes: Buffer;
  /** Start of the names of the files that are written. */
  readonly kept: string;
  readonly helpers: LineHelpers;
}

/**
 * Copies the lines that hold the bytes into files, answered in order; undefined when most lines do and nothing is gained.
 * It only rejects lines that cannot match: the engine parses and judges what is left.
 */
export async function filterLines({ files, bytes, kept, helpers }: LineFilter, run: Run): Promise<readonly string[] | undefined> {
  if (mostSurvive(files, bytes)) return undefined;
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const search: LineSearch = { segments: await segmentsOf(files), bytes, kept, shared: new BigInt64Array(new SharedArrayBuffer(16)) };
  const look = (): void => {
    run.signal.throwIfAborted();
    run.progress({ done: Number(Atomics.load(search.shared, 1)), total, unit: 'bytes' });
  };
  const helped = helpers.search(search);
  try {
    await searchSegments(search, look);
  } finally {
    // Whatever ended it here, helpers find nothing more to take.
    Atomics.store(search.shared, 0, BigInt(search.segments.length));
    await helped;
  }
  return search.segments.map((_, i) => keptPath(kept, i));
}

function mostSurvive([first]: readonly StagedFile[], bytes: Buffer): boolean {
  if (!first) return true;
  for (const block of wholeLines([{ path: first.path, from: 0, to: Math.min(first.bytes, 1_048_576) }])) {
    const kept = new Kept();
    keepLines(block, bytes, kept);
    return kept.content.length > block.length * mostKept;
  }
  return true;
}

/** Shares of about 16 MiB: some files, or some lines of a large one. */
async function segmentsOf(files: readonly StagedFile[]): Promise<ReadonlyArray<readonly LineRange[]>> {
  const segments: LineRange[][] = [];
  let room = 0;
  for (const { path, bytes } of files) {
    for (const range of bytes <= 2 * segmentBytes ? [{ path, from: 0, to: bytes }] : await lineRanges(path, bytes)) {
      if (range.to - range.from > room) room = (segments.push([]), segmentBytes);
      segments.at(-1)?.push(range);
      room -= range.to - range.from;
    }
  }
  return segments;
}

async function lineRanges(path: string, bytes: number): Promise<readonly LineRange[]> {
  await using file = await open(path);
  const ranges: LineRange[] = [];
  const block = Buffer.allocUnsafe(peek);
  for (let from = 0; from < bytes; ) {
    let to = Math.min(bytes, from + segmentBytes);
    for (let found = -1; to < bytes && found < 0; to += found < 0 ? peek : found + 1) found = (await file.read(block, 0, peek, to)).buffer.indexOf(newline);
    ranges.push({ path, from, to: Math.min(to, bytes) });
    from = to;
  }
  return ranges;
}
