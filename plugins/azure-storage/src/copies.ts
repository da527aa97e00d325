import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ByomlError, type Logger, type Run } from '@byoml/core';
import { allOrStop, atOnce } from './at-once.ts';
import { isChanged, isGone, type Container, type ListedBlob } from './client.ts';
import { copyPath, heldCopy, recordCopy, touch } from './copy-file.ts';
import { downloadRest, downloadWhole, type Downloading } from './download.ts';
import { evict } from './evict.ts';
import type { Patience } from './retried.ts';

export interface Copying {
  readonly container: Container;
  /** The cache. */
  readonly folder: string;
  readonly limitBytes: number;
  readonly parallel: number;
  readonly patience: Patience;
  readonly log: Logger;
  readonly run: Run;
}

/** A blob that is to be there as a file whose name ends so. */
export interface Wanted {
  readonly blob: ListedBlob;
  readonly ending: string;
}

/** What is there: the blob as it was when it was read, which may be later than it was listed. */
export interface Copy {
  readonly path: string;
  readonly blob: ListedBlob;
}

/** Files with the content of blobs, in the same order; only what the cache does not have is downloaded. Undefined for a blob that is no longer there. */
export async function copiesOf<W extends Wanted>(wanted: readonly W[], copying: Copying): Promise<ReadonlyArray<readonly [W, Copy | undefined]>> {
  const { run, parallel } = copying;
  const folder = join(copying.folder, 'blobs');
  await writable(folder, copying.folder);
  const states = await heldOf(wanted, { ...copying, folder });
  const total = states.reduce((sum, { missing }) => sum + missing, 0);
  let done = 0;
  const received = (bytes: number): void => run.progress({ done: Math.min(total, (done += bytes)), total, unit: 'bytes' });
  const downloading: Downloading = { container: copying.container, patience: copying.patience, atOnce: atOnce(parallel), received };
  const fetching = atOnce(parallel);
  const copies = await allOrStop(states, run.signal, (state, signal) => (state.missing === 0 ? Promise.resolve({ path: state.path, blob: state.wanted.blob }) : fetching(() => fetched(state, { ...copying, folder, downloading }, signal))));
  if (total > 0) await evict(folder, { limitBytes: copying.limitBytes, keep: new Set(copies.flatMap((copy) => (copy ? [copy.path] : []))), now: Date.now() });
  return wanted.map((each, i) => [each, copies[i]]);
}

async function writable(folder: string, named: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new ByomlError('WRITE_FAILED', `${named}: the cache cannot be written`, { details: { folder: named }, cause });
  }
}

interface State {
  readonly wanted: Wanted;
  readonly path: string;
  /** Bytes of the blob's beginning that the file has; 0 when it is to be read anew. */
  readonly held: number;
  readonly missing: number;
}

async function heldOf(wanted: readonly Wanted[], { container, folder, run }: Copying): Promise<State[]> {
  const states: State[] = [];
  for (const [i, each] of wanted.entries()) {
    // A stop can only arrive between two turns of the event loop.
    if (i % 64 === 0) await setImmediate();
    run.signal.throwIfAborted();
    const state = stateOf(each, container, folder);
    if (state.held > 0) touch(state.path, Date.now());
    states.push(state);
  }
  return states;
}

function stateOf(wanted: Wanted, container: Container, folder: string): State {
  const address = container.addressOf(wanted.blob.name);
  const path = copyPath(folder, address, wanted.blob, wanted.ending);
  const bytes = heldCopy(path, address)?.bytes ?? 0;
  // A blob that shrank is another one, though it was created within the same second.
  const held = bytes > wanted.blob.bytes ? 0 : bytes;
  return { wanted, path, held, missing: wanted.blob.bytes - held };
}

interface Fetching extends Copying {
  readonly downloading: Downloading;
}

/** A blob that was deleted after it was listed is left out; one that was rewritten is read as it is now. */
async function fetched(state: State, fetching: Fetching, signal: AbortSignal): Promise<Copy | undefined> {
  const { name } = state.wanted.blob;
  const { container, log } = fetching;
  try {
    try {
      return await stored(state, fetching, signal);
    } catch (thrown) {
      if (!isChanged(thrown)) throw thrown;
    }
    const blob = await container.properties(name, signal);
    return await stored(stateOf({ ...state.wanted, blob }, container, fetching.folder), fetching, signal);
  } catch (thrown) {
    if (isGone(thrown) && !signal.aborted) {
      log.warn(`${container.addressOf(name)} was deleted after it was listed; it is left out`);
      return undefined;
    }
    if (isChanged(thrown) && !signal.aborted) throw new ByomlError('SOURCE_CHANGED', `${container.addressOf(name)} is rewritten again and again while it is read`, { details: { file: container.addressOf(name) } });
    throw container.failure(thrown, name, signal);
  }
}

async function stored({ wanted: { blob }, path, held }: State, { container, downloading }: Fetching, signal: AbortSignal): Promise<Copy> {
  if (held === blob.bytes) return { path, blob };
  if (held > 0) await downloadRest(downloading, blob, path, held, signal);
  else await downloadWhole(downloading, blob, path, signal);
  await recordCopy(path, container.addressOf(blob.name), blob);
  return { path, blob };
}

