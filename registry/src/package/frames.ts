import { packAgain } from './gzip-header.ts';
import type { ArchiveLimits } from './limits.ts';
import { refuseOddPax } from './pax-records.ts';
import { refused } from './refused.ts';

/** A header of a tar and the bytes that follow it, by its plain ustar fields alone. */
export interface Frame {
  readonly size: number;
  readonly folder: boolean;
}

const block = 512;
const longestMeta = 2 ** 16;
const checksum = { at: 148, end: 156 };
const kinds: ReadonlyMap<string, 'file' | 'folder' | 'pax' | 'long-name'> = new Map([['0', 'file'], ['\0', 'file'], ['5', 'folder'], ['x', 'pax'], ['L', 'long-name']]);
const refusedKinds: ReadonlyMap<string, string> = new Map([
  ['1', 'a hard link'], ['2', 'a symbolic link'], ['3', 'a character device'], ['4', 'a block device'], ['6', 'a FIFO'], ['7', 'a contiguous file'],
  ['S', 'a sparse file'], ['g', 'a header for all files'], ['K', 'a link with a long name'],
]);

/**
 * Walks the headers of a tar without believing any extension, so that a second reader can be held against it. Throws PUBLISH_REFUSED for
 * everything but plain files and folders, for wrong checksums and sizes, and when anything but zeros follows the end.
 */
export function framesOf(tar: Buffer, { entries }: ArchiveLimits): readonly Frame[] {
  const frames: Frame[] = [];
  let pending = false;
  let at = 0;
  for (; at + block <= tar.length && !isZero(tar, at, at + block); at += block) {
    const { kind, size } = header(tar, at);
    const end = at + block + size;
    if (end > tar.length) throw refused('the tar is truncated', packAgain);
    if (kind === 'file' || kind === 'folder') frames.push({ size, folder: kind === 'folder' });
    else refuseOddExtension(tar.subarray(at + block, end), kind, pending);
    pending = kind === 'pax' || kind === 'long-name';
    if (frames.length > entries) throw refused(`it has more than ${entries} entries`, 'Bundle the files or leave some out.');
    at += block * Math.ceil(size / block);
  }
  if (pending || at + 2 * block > tar.length) throw refused('the tar is truncated: it has no end mark', packAgain);
  if (!isZero(tar, at, tar.length)) throw refused('bytes follow the end of the tar', packAgain);
  return frames;
}

function refuseOddExtension(body: Buffer, kind: 'pax' | 'long-name', pending: boolean): void {
  if (pending) throw refused('an entry has more than one extension header', packAgain);
  if (body.length > longestMeta) throw refused(`an extension header is longer than ${longestMeta} bytes`, packAgain);
  if (kind === 'pax') refuseOddPax(body);
}

function header(tar: Buffer, at: number): { readonly kind: 'file' | 'folder' | 'pax' | 'long-name'; readonly size: number } {
  const type = String.fromCharCode(tar[at + 156] ?? 0);
  const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
  if (octal(tar, at + checksum.at, 8) !== sumOf(tar, at)) throw refused('a header of the tar has a wrong checksum', packAgain);
  const kind = kinds.get(type);
  if (!kind) throw refused(`${refusedKinds.get(type) ?? `an entry of the unknown type "${type}"`} is no plain file`, 'Publish plain files and folders only.', { where: name });
  const size = octal(tar, at + 124, 12);
  if (size === undefined || (kind === 'folder' && size !== 0)) throw refused('an entry has an invalid size', packAgain, { where: name });
  return { kind, size };
}

/** Digits of base 8, ended by a space or a NUL; undefined for anything else, such as the binary form for sizes beyond 8 GiB. */
function octal(tar: Buffer, at: number, length: number): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(tar.toString('latin1', at, at + length))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function sumOf(tar: Buffer, at: number): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < block; index++) if (index < checksum.at || index >= checksum.end) sum += tar[at + index] ?? 0;
  return sum;
}

function isZero(tar: Buffer, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (tar[index] !== 0) return false;
  return true;
}
