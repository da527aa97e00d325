import { refused } from './refused.ts';

export const packAgain = 'Make the tarball with `npm pack` and publish it again.';

const fixedBytes = 10;
const flag = { crc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

/** Where the compressed data begins. Throws PUBLISH_REFUSED when the bytes do not begin as gzip (RFC 1952) does. */
export function gzipHeaderEnd(packed: Uint8Array): number {
  const flags = packed[3] ?? 0;
  if (packed[0] !== 0x1f || packed[1] !== 0x8b || packed[2] !== 8 || flags & flag.reserved) throw refused('the tarball is not gzip', packAgain);
  let end = fixedBytes;
  if (flags & flag.extra) end += 2 + (packed[end] ?? 0) + 256 * (packed[end + 1] ?? 0);
  if (flags & flag.name) end = afterZero(packed, end);
  if (flags & flag.comment) end = afterZero(packed, end);
  if (flags & flag.crc) end += 2;
  return end;
}

function afterZero(packed: Uint8Array, from: number): number {
  const zero = packed.indexOf(0, from);
  return zero < 0 ? packed.length : zero + 1;
}
