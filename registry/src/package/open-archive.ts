import { isByomlError } from '@byoml/core';
import { Parser, type ReadEntry } from 'tar';
import type { ArchiveEntry, PackageArchive } from './archive.ts';
import { framesOf, type Frame } from './frames.ts';
import { gunzip } from './gunzip.ts';
import { packAgain } from './gzip-header.ts';
import { archiveLimits, type ArchiveLimits } from './limits.ts';
import { Paths } from './paths.ts';
import { refused } from './refused.ts';

/**
 * Reads a package's tarball into memory; writes and runs nothing. Two readers look at it, one at the bare headers and node-tar as npm would,
 * and have to see the same files. Throws PUBLISH_REFUSED for whatever is not a plain package, with one finding in `details.findings`.
 */
export async function openArchive(tarball: Uint8Array, signal: AbortSignal, limits: ArchiveLimits = archiveLimits): Promise<PackageArchive> {
  signal.throwIfAborted();
  const tar = await gunzip(tarball, limits, signal);
  // Parser would unpack a second time, without our limits.
  if (tar[0] === 0x1f && tar[1] === 0x8b) throw refused('it is packed twice', packAgain);
  const frames = framesOf(tar, limits);
  const entries = filesOf(entriesOf(tar), frames);
  if (entries.length === 0) throw refused('it has no files', packAgain);
  const byPath = new Map(entries.map(({ path, bytes }) => [path, bytes]));
  return { entries, file: (path) => byPath.get(path) };
}

interface Read {
  readonly entry: ReadEntry;
  readonly chunks: Buffer[];
}

function entriesOf(tar: Buffer): readonly Read[] {
  const reads: Read[] = [];
  let ended = false;
  // Strict turns every warning of node-tar into an error.
  const parser = new Parser({ strict: true, zstd: false, onReadEntry: (entry) => reads.push(collected(entry)) });
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    throw refused('an entry is no plain file', packAgain, { where: entry.path });
  });
  parser.on('error', (error: Error) => {
    throw refused(`the tar is malformed: ${error.message}`, packAgain, { cause: error });
  });
  parser.on('end', () => {
    ended = true;
  });
  try {
    parser.write(tar);
    parser.end();
  } catch (thrown) {
    if (isByomlError(thrown)) throw thrown;
    throw refused(`the tar is malformed: ${(thrown as Error).message}`, packAgain, { cause: thrown });
  }
  if (!ended) throw refused('the tar does not end', packAgain);
  return reads;
}

function collected(entry: ReadEntry): Read {
  const chunks: Buffer[] = [];
  entry.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { entry, chunks };
}

function filesOf(reads: readonly Read[], frames: readonly Frame[]): readonly ArchiveEntry[] {
  if (reads.length !== frames.length) throw refused('two readers see different files in the tar', packAgain);
  const paths = new Paths();
  const files: ArchiveEntry[] = [];
  for (const [index, { entry, chunks }] of reads.entries()) {
    const folder = entry.type === 'Directory';
    const bytes = whole(chunks);
    refuseDisagreement(entry, bytes.length, frames[index]);
    const path = paths.add(entry.path, folder);
    if (!folder) files.push({ path, bytes, mode: (entry.mode ?? 0o644) & 0o777 });
  }
  return files;
}

function refuseDisagreement(entry: ReadEntry, size: number, frame: Frame | undefined): void {
  const { path: where, linkpath, nlink = 1 } = entry;
  if (linkpath || nlink > 1) throw refused('a link is no plain file', 'Publish plain files and folders only.', { where });
  if (frame?.size !== size || frame.folder !== (entry.type === 'Directory')) throw refused('two readers see different entries in the tar', packAgain, { where });
}

/** Everything was written at once, so a file nearly always is one piece of the unpacked tar. */
function whole(chunks: readonly Buffer[]): Uint8Array {
  const [only, ...more] = chunks;
  return only && more.length === 0 ? only : Buffer.concat(chunks);
}
