import { isUtf8 } from 'node:buffer';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ScanFile } from '../contracts/data-source.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { turn } from '../detection/turn.ts';
import { linesHolding, type Wanted } from './wanted.ts';
import { contentOf, longestLine, wholeLines } from './whole-lines.ts';

/** A record of the source as it stands there. */
export interface RawEvent {
  /** Path of its file. */
  readonly file: string;
  readonly record: Readonly<Record<string, unknown>>;
}

type Json = RawEvent['record'];

/** The record of a line; undefined when it is none, so that no engine can have made a row of it. */
function recordOf(line: Buffer): Json | undefined {
  if (line.length > longestLine || line.includes(0) || !isUtf8(line)) return undefined;
  try {
    const record: unknown = JSON.parse(line.toString('utf8'));
    return typeof record === 'object' && record !== null && !Array.isArray(record) ? (record as Json) : undefined;
  } catch {
    return undefined;
  }
}

const lineBreak = Buffer.from('\n');

/** From line `first` on, candidates are of the file at `path`. */
interface Origin {
  readonly first: number;
  readonly path: string;
}

/** Records that may belong to a row, in the order of the source, in a file of ours that is gone when its folder is. */
export class Candidates {
  readonly #path: string;
  /** Where each line begins, and where the last one ends. */
  readonly #starts: readonly number[];
  readonly #origins: readonly Origin[];

  private constructor(path: string, starts: readonly number[], origins: readonly Origin[]) {
    this.#path = path;
    this.#starts = starts;
    this.#origins = origins;
  }

  /** Copies the lines of `files` that hold what is wanted and are records into a new file at `path`. Throws what reading throws, WRITE_FAILED. */
  static async collect(files: readonly ScanFile[], wanted: Wanted, path: string, run: Run): Promise<Candidates> {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const starts = [0];
    const origins: Origin[] = [];
    let done = 0;
    await using to = await writing(path, open(path, 'wx', 0o600));
    for (const file of files) {
      origins.push({ first: starts.length - 1, path: fileURLToPath(file.url) });
      for await (const block of wholeLines(contentOf(file, run, (bytes) => (done += bytes)))) {
        const lines = [...linesHolding(block, wanted)].filter((line) => recordOf(line) !== undefined);
        for (const { length } of lines) starts.push((starts.at(-1) as number) + length + 1);
        await writing(path, append(to, lines));
        run.progress({ done, total, unit: 'bytes' });
        await turn(run);
      }
    }
    return new Candidates(path, starts, origins);
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  /** Lines `from` up to `to`, as a source would list them. */
  part(from: number, to: number): ScanFile {
    const [offset, end] = [this.#starts[from] as number, this.#starts[to] as number];
    return { url: pathToFileURL(this.#path).href, offset, bytes: end - offset, version: '1' };
  }

  /** The records of lines `from` up to `to`. */
  async *records(from: number, to: number): AsyncGenerator<RawEvent> {
    await using file = await open(this.#path);
    for (let line = from; line < to; line++) {
      const start = this.#starts[line] as number;
      const bytes = Buffer.alloc((this.#starts[line + 1] as number) - start);
      await file.read(bytes, 0, bytes.length, start);
      yield { file: this.#origins.findLast(({ first }) => first <= line)?.path ?? '', record: recordOf(bytes) ?? {} };
    }
  }
}

async function append(to: FileHandle, lines: readonly Buffer[]): Promise<void> {
  if (lines.length > 0) await to.appendFile(Buffer.concat(lines.flatMap((line) => [line, lineBreak])));
}

const writing = <T>(path: string, written: Promise<T>): Promise<T> =>
  written.catch((error: unknown) => {
    throw new ByomlError('WRITE_FAILED', `${basename(path)} could not be written into the system's temporary folder`, { details: { file: path }, cause: error });
  });
