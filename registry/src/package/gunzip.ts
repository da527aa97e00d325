import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { isByomlError } from '@byoml/core';
import { gzipHeaderEnd, packAgain } from './gzip-header.ts';
import type { ArchiveLimits } from './limits.ts';
import { refused } from './refused.ts';

const trailerBytes = 8;
const chunkSize = 2 ** 18;
const smaller = 'Leave out what the package does not need; large models belong in blobs of their own.';

/**
 * Unpacks one gzip member, whole: nothing before it, nothing after it, and exactly as many bytes as its trailer says.
 * Never holds more than the limits allow. Throws PUBLISH_REFUSED.
 */
export async function gunzip(packed: Uint8Array, limits: ArchiveLimits, signal: AbortSignal): Promise<Buffer> {
  const start = gzipHeaderEnd(packed);
  if (packed.length < start + trailerBytes) throw refused('the tarball is truncated', packAgain);
  const trailer = new DataView(packed.buffer, packed.byteOffset + packed.length - trailerBytes, trailerBytes);
  const size = trailer.getUint32(4, true);
  refuseOversize(size, packed.length, limits);
  const unpacked = Buffer.alloc(size);
  const inflate = createInflateRaw({ chunkSize });
  inflate.end(packed.subarray(start));
  const filled = await fill(unpacked, inflate, signal);
  if (start + inflate.bytesWritten + trailerBytes !== packed.length) throw refused('bytes follow the end of the gzip data', packAgain);
  if (filled !== size || crc32(unpacked) !== trailer.getUint32(0, true)) throw refused('the gzip data differs from its checksum', packAgain);
  return unpacked;
}

/** What the trailer says is believed only downwards: more than it is refused while unpacking. */
function refuseOversize(size: number, packedBytes: number, { unpackedBytes, ratio, freeBytes }: ArchiveLimits): void {
  if (size > unpackedBytes) throw refused(`unpacked it has ${size} bytes; at most ${unpackedBytes} are accepted`, smaller);
  if (size > Math.max(freeBytes, packedBytes * ratio)) throw refused(`${packedBytes} bytes unpack to ${size}, more than ${ratio} times as many`, smaller);
}

async function fill(target: Buffer, inflate: InflateRaw, signal: AbortSignal): Promise<number> {
  let filled = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      if (filled + chunk.length > target.length) throw refused(`it unpacks to more than the ${target.length} bytes that it claims`, packAgain);
      target.set(chunk, filled);
      filled += chunk.length;
    }
  } catch (thrown) {
    if (isByomlError(thrown) || signal.aborted) throw thrown;
    throw refused(`the gzip data is damaged or truncated: ${(thrown as Error).message}`, packAgain, { cause: thrown });
  }
  return filled;
}
