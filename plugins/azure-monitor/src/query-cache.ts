import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '@byoml/core';

const sidecar = z.strictObject({ bytes: z.int().min(0), rows: z.int().min(0), version: z.hash('sha256'), asked: z.iso.datetime() });

/** What is known of a kept answer. */
export type Kept = z.output<typeof sidecar>;

/** A folder of answers, each a file of JSON Lines with what is known of it beside. */
export interface QueryCache {
  /** Path of the answer to what `parts` name: the same parts, the same file. */
  fileOf(parts: readonly string[]): string;
  /** What is kept; undefined when it is not there, not whole or not readable. */
  read(file: string): Promise<Kept | undefined>;
  /** Replaces what is kept. A crash leaves the former answer, none, or this one. */
  write(file: string, asked: Date, lines: AsyncIterable<readonly string[]>): Promise<Kept>;
}

export const queryCache = (folder: string): QueryCache => ({
  fileOf: (parts) => join(folder, `${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}.jsonl`),
  read,
  async write(file, asked, lines) {
    await mkdir(folder, { recursive: true });
    const kept = { ...(await writeLines(`${file}.new`, lines)), asked: asked.toISOString() };
    // Between these steps nothing says that the file is whole.
    await rm(besides(file), { force: true });
    await rename(`${file}.new`, file);
    await writeLines(`${besides(file)}.new`, [[JSON.stringify(kept satisfies Kept)]]);
    await rename(`${besides(file)}.new`, besides(file));
    return kept;
  },
});

const besides = (file: string): string => file.replace(/\.jsonl$/u, '.json');

async function read(file: string): Promise<Kept | undefined> {
  try {
    const kept = sidecar.parse(JSON.parse(await readFile(besides(file), 'utf8')));
    return (await stat(file)).size === kept.bytes ? kept : undefined;
  } catch {
    return undefined;
  }
}

async function writeLines(path: string, chunks: AsyncIterable<readonly string[]> | Iterable<readonly string[]>): Promise<Omit<Kept, 'asked'>> {
  await using file = await open(path, 'w');
  const digest = createHash('sha256');
  let [bytes, rows] = [0, 0];
  for await (const lines of chunks)
    for (let from = 0; from < lines.length; from += 10_000) {
      const block = Buffer.from(lines.slice(from, from + 10_000).join(''));
      await file.writeFile(block);
      digest.update(block);
      bytes += block.length;
      rows += Math.min(10_000, lines.length - from);
    }
  await file.sync();
  return { bytes, rows, version: digest.digest('hex') };
}
