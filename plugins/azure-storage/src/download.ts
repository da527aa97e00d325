import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { AtOnce } from './at-once.ts';
import { allOrStop } from './at-once.ts';
import { isChanged, type Container, type ListedBlob } from './client.ts';
import { partOf } from './copy-file.ts';
import { retried, type Patience } from './retried.ts';

/** How bytes get from a container into files. */
export interface Downloading {
  readonly container: Container;
  /** Shared by all downloads of a scan. */
  readonly atOnce: AtOnce;
  readonly patience: Patience;
  readonly received: (bytes: number) => void;
}

/** A large blob is read in pieces of this size, several at once. */
const pieceBytes = 8 * 1024 * 1024;
/** Bytes that one download holds in memory before it writes them. */
const heldBytes = 1024 * 1024;

const changed = (name: string): Error => Object.assign(new Error(`${name} changed`), { statusCode: 412 });

/** Writes a new file with all that was listed of a blob; at `path` there is all of it or what was there before. */
export async function downloadWhole(downloading: Downloading, blob: ListedBlob, path: string, signal: AbortSignal): Promise<void> {
  const part = partOf(path);
  try {
    await using file = await open(part, 'wx');
    await readInto(downloading, blob, { file, from: 0 }, signal);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await rename(part, path);
}

/** Writes what a blob has more than the first `held` bytes, which the file has. */
export async function downloadRest(downloading: Downloading, blob: ListedBlob, path: string, held: number, signal: AbortSignal): Promise<void> {
  await using file = await open(path, 'r+');
  await readInto(downloading, blob, { file, from: held }, signal);
}

interface Into {
  readonly file: FileHandle;
  readonly from: number;
}

async function readInto(downloading: Downloading, blob: ListedBlob, { file, from }: Into, signal: AbortSignal): Promise<void> {
  const starts = Array.from({ length: Math.ceil((blob.bytes - from) / pieceBytes) }, (_, i) => from + i * pieceBytes);
  await allOrStop(starts, signal, (start, either) => downloading.atOnce(() => readPiece(downloading, blob, { file, from: start, to: Math.min(blob.bytes, start + pieceBytes) }, either)));
}

interface Piece extends Into {
  readonly to: number;
}

/** What a blob that only grows has below the listed length is the same under any later ETag, as long as it is the same blob. */
async function readPiece(downloading: Downloading, blob: ListedBlob, piece: Piece, signal: AbortSignal): Promise<void> {
  try {
    await readAs(downloading, blob, piece, blob.etag, signal);
  } catch (thrown) {
    if (!isChanged(thrown) || !blob.grows) throw thrown;
    await readAs(downloading, blob, piece, undefined, signal);
  }
}

/** Goes on where the last attempt was cut. */
async function readAs({ container, patience, received }: Downloading, { name, created }: ListedBlob, { file, from, to }: Piece, etag: string | undefined, signal: AbortSignal): Promise<void> {
  let at = from;
  await retried(async (attempt, alive) => {
    const part = await container.open(name, { from: at, to, etag }, attempt);
    if (etag === undefined && part.created !== created) throw changed(name);
    for await (const chunks of gathered(part.body, alive)) {
      attempt.throwIfAborted();
      const bytes = await write(file, chunks, at);
      attempt.throwIfAborted(); // else two attempts would count
      at += bytes;
      received(bytes);
    }
    if (at !== to) throw cutShort();
  }, signal, patience);
}

const cutShort = (): Error => Object.assign(new Error('the answer ended too early'), { code: 'CUT_SHORT' });

/** Some chunks at a time, as a write costs more than a chunk. Whatever breaks while reading is a connection that was cut. */
async function* gathered(body: AsyncIterable<Uint8Array>, alive: () => void): AsyncGenerator<readonly Uint8Array[]> {
  let [chunks, held]: [Uint8Array[], number] = [[], 0];
  try {
    for await (const chunk of body) {
      alive();
      chunks.push(chunk);
      held += chunk.length;
      if (held < heldBytes) continue;
      yield chunks;
      [chunks, held] = [[], 0];
    }
  } catch {
    // What came until then counts: the next attempt goes on after it.
  }
  if (held > 0) yield chunks;
}

async function write(file: FileHandle, chunks: readonly Uint8Array[], at: number): Promise<number> {
  const wanted = chunks.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(chunks, at);
  if (bytesWritten < wanted) throw Object.assign(new Error('the disk took only a part'), { code: 'ENOSPC' });
  return bytesWritten;
}
