import { open, readFile } from 'node:fs/promises';
import type { Run } from '@byoml/core';
import type { StagedFile } from './staged-file.ts';

/** A table made of JSON files takes at least 32 KiB per file and column, whatever the file holds: an export of thousands of small ones would not fit. */
const small = 8_388_608;
const mostFiles = 32;
/** What one merged file holds at most. */
const mergedBytes = 268_435_456;

const newline = 0x0a;

/** Paths with the same lines in the same order: small files that follow each other are copied into one whose path begins with `to`, where there are many. */
export async function merged(files: readonly StagedFile[], to: string, run: Run): Promise<readonly string[]> {
  if (files.length <= mostFiles) return files.map(({ path }) => path);
  const paths: string[] = [];
  for (const [at, group] of grouped(files).entries()) {
    const [only] = group;
    paths.push(group.length === 1 && only ? only.path : await copied(group, `${to}-${at}.jsonl`, run));
  }
  return paths;
}

function grouped(files: readonly StagedFile[]): StagedFile[][] {
  const groups: StagedFile[][] = [];
  let held = Infinity;
  for (const file of files) {
    const joins = file.bytes < small && held + file.bytes <= mergedBytes;
    if (joins) groups.at(-1)?.push(file);
    else groups.push([file]);
    held = file.bytes < small ? (joins ? held : 0) + file.bytes : Infinity;
  }
  return groups;
}

async function copied(files: readonly StagedFile[], to: string, run: Run): Promise<string> {
  await using target = await open(to, 'w');
  for (const { path, bytes } of files) {
    run.signal.throwIfAborted();
    const content = (await readFile(path)).subarray(0, bytes);
    await target.write(content);
    if (content.at(-1) !== newline) await target.write('\n');
  }
  return to;
}
