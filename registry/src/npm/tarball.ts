import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ByomlError } from '@byoml/core';
import { Parser, type ReadEntry } from 'tar';

/** What a packument says about a tarball. */
export interface TarballContent {
  readonly packageJson: Readonly<Record<string, unknown>>;
  readonly files: number;
  readonly unpackedBytes: number;
}

const largest = { unpacked: 512 << 20, entries: 20_000, packageJson: 1 << 20, decompressionRatio: 1000 };

export const integrityOf = (bytes: Uint8Array): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

const refused = (why: string, cause?: unknown): ByomlError => new ByomlError('PUBLISH_REFUSED', `tarball: ${why}`, { cause });

/** Counts a tarball's entries and keeps its package.json. */
class Counter {
  files = 0;
  unpackedBytes = 0;
  readonly found: Promise<Buffer>[] = [];

  take(entry: ReadEntry): void {
    this.files++;
    this.unpackedBytes += entry.size;
    if (this.files > largest.entries) throw refused(`more than ${largest.entries} entries`);
    if (this.unpackedBytes > largest.unpacked) throw refused(`more than ${largest.unpacked >> 20} MiB unpacked`);
    if (!/^\/?[^/]+\/(?:\.\/)*package\.json$/.test(entry.path)) {
      entry.resume();
      return;
    }
    if (entry.size > largest.packageJson) throw refused('package.json is larger than 1 MiB');
    const bytes = entry.concat();
    bytes.catch(() => undefined); // a tarball that ends too early is told by the parser
    this.found.push(bytes);
  }
}

/** Reads a tarball in memory: nothing is written or run, and no more is unpacked than the limits. Throws PUBLISH_REFUSED. */
export async function readTarball(tarball: Uint8Array): Promise<TarballContent> {
  const counter = new Counter();
  const parser = new Parser({ strict: true, maxDecompressionRatio: largest.decompressionRatio });
  let failure: unknown;
  parser.on('error', (thrown: unknown) => void (failure ??= thrown));
  parser.on('entry', (entry: ReadEntry) => {
    try {
      counter.take(entry);
    } catch (thrown) {
      failure ??= thrown;
      entry.resume();
    }
  });
  try {
    let unpacked = 0;
    for await (const chunk of Readable.from([tarball], { objectMode: false }).pipe(createGunzip())) {
      unpacked += (chunk as Buffer).length;
      if (failure !== undefined) break;
      if (unpacked > largest.unpacked * 2) throw refused('unpacks to too much');
      parser.write(chunk as Buffer);
    }
    if (failure === undefined) parser.end();
  } catch (thrown) {
    failure ??= thrown;
  }
  if (failure !== undefined) throw failure instanceof ByomlError ? failure : refused(`it cannot be read: ${(failure as Error).message}`, failure);
  return { packageJson: parsed(await only(counter.found)), files: counter.files, unpackedBytes: counter.unpackedBytes };
}

async function only(found: readonly Promise<Buffer>[]): Promise<Buffer> {
  const [first, second] = found;
  if (!first || second) throw refused(first ? 'it has more than one package.json' : 'it has no package.json');
  return first;
}

function parsed(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (thrown) {
    throw refused('package.json is not JSON', thrown);
  }
  throw refused('package.json is no object');
}
