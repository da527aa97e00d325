import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ByomlError, z } from '@byoml/core';

/** Which run wrote last, and where in the file it began: stands beside the file, so that a write that was cut off, or is repeated, begins there again. */
const mark = z.strictObject({ run: z.string(), from: z.int().min(0) });
type Mark = z.output<typeof mark>;

const newline = 0x0a;

const markOf = (file: string): string => `${file}.byoml`;

async function lastMark(file: string): Promise<Mark | undefined> {
  const text = await readFile(markOf(file), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return mark.parse(JSON.parse(text));
  } catch (cause) {
    throw new ByomlError('FILE_CORRUPT', `${markOf(file)} is not what byoml wrote there; remove it if ${file} is whole`, { details: { file: markOf(file) }, cause });
  }
}

/** Length of the file without a torn last line, which no earlier write of ours can have finished. */
async function wholeLength(file: string): Promise<number> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  await using handle = size > 0 ? await open(file) : undefined;
  const block = Buffer.alloc(65_536);
  for (let end = size; handle && end > 0; end -= block.length) {
    const from = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - from, from);
    const at = block.subarray(0, bytesRead).lastIndexOf(newline);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}

/**
 * Adds the lines of `part` to `file`, once per run: the run that wrote last begins where it began before, another one at the end.
 * A stop at any moment leaves a file that the next write repairs. `headed`: the first line of `part` is a header, kept only in an empty file.
 */
export async function appendOnce(file: string, part: string, run: string, headed: boolean): Promise<void> {
  const last = await lastMark(file);
  const from = last?.run === run ? last.from : await wholeLength(file);
  await writeFile(`${markOf(file)}.new`, `${JSON.stringify({ run, from } satisfies Mark)}\n`, { flush: true });
  await rename(`${markOf(file)}.new`, markOf(file));
  if (((await stat(file).catch(() => undefined))?.size ?? 0) > from) await truncate(file, from);
  const start = headed && from > 0 ? await headerLength(part) : 0;
  await pipeline(createReadStream(part, { start }), createWriteStream(file, { flags: 'a', flush: true }));
}

async function headerLength(part: string): Promise<number> {
  await using handle = await open(part);
  const head = Buffer.alloc(65_536);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead).indexOf(newline) + 1;
}
