import { crc32, inflateRawSync } from 'node:zlib';
import { Malformed } from '../malformed.ts';
import { shown } from '../shown.ts';
import type { ZipDirectory } from './directory.ts';
import type { ZipEntry } from './facts.ts';

const localSignature = 0x04034b50;
const localSize = 30;
/** Sizes follow the data and stand as 0 before it. */
const streamed = 0x08;
const unset32 = 0xffff_ffff;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Where the data of an entry begins, told by its local header; which must say what the directory says. */
function dataStart(bytes: Uint8Array, entry: ZipEntry, limit: number): number {
  const fail = (why: string): never => {
    throw new Malformed(`entry "${shown(entry.name)}" ${why}`, entry.offset);
  };
  const at = entry.offset;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + localSize > limit || view.getUint32(at, true) !== localSignature) fail('has no local header');
  const nameEnd = at + localSize + view.getUint16(at + 26, true);
  const start = nameEnd + view.getUint16(at + 28, true);
  if (start + entry.packed > limit) fail('reaches into the directory');
  const says = (offset: number, value: number): boolean => [value, unset32].includes(view.getUint32(at + offset, true));
  const later = (view.getUint16(at + 6, true) & streamed) !== 0 && view.getUint32(at + 18, true) === 0;
  if (utf8.decode(bytes.subarray(at + localSize, nameEnd)) !== entry.name || view.getUint16(at + 8, true) !== entry.method) fail('has another name or method in its local header');
  if (!later && !(says(18, entry.packed) && says(22, entry.size))) fail('has another size in its local header');
  return start;
}

const traverses = (name: string): boolean => name === '' || name.includes('\0') || /^[\\/]|^[a-z]:/i.test(name) || name.split(/[\\/]/).includes('..');

/** Refuses what lets two readers see different contents, or one write outside its folder. Throws Malformed; answers where each entry's data begins. */
export function checkedStarts(bytes: Uint8Array, { entries, start }: ZipDirectory): ReadonlyMap<ZipEntry, number> {
  const names = new Set<string>();
  const starts = new Map<ZipEntry, number>();
  for (const entry of entries) {
    if (traverses(entry.name)) throw new Malformed(`entry "${shown(entry.name)}" leaves the folder`, entry.offset);
    if (names.has(entry.name)) throw new Malformed(`entry "${shown(entry.name)}" stands twice`, entry.offset);
    names.add(entry.name);
    starts.set(entry, dataStart(bytes, entry, start));
  }
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    if (entry.offset < end) throw new Malformed(`entry "${shown(entry.name)}" overlaps another`, entry.offset);
    end = (starts.get(entry) ?? 0) + entry.packed;
  }
  return starts;
}

function inflated(packed: Uint8Array, entry: ZipEntry, most: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, Math.min(most, entry.size)) });
  } catch (thrown) {
    throw new Malformed(`entry "${shown(entry.name)}" cannot be unpacked: ${(thrown as Error).message}`, entry.offset);
  }
}

/** The content of a stored or deflated entry, of at most `most` bytes. Throws Malformed. */
export function unpacked(packed: Uint8Array, entry: ZipEntry, most: number): Uint8Array {
  const fail = (why: string): never => {
    throw new Malformed(`entry "${shown(entry.name)}" ${why}`, entry.offset);
  };
  if (entry.encrypted) fail('is encrypted');
  if (entry.method !== 0 && entry.method !== 8) fail(`is packed by method ${entry.method}`);
  if (entry.size > most && entry.method !== 0) fail(`unpacks to ${entry.size} bytes; ${most} are left to unpack`);
  const content = entry.method === 0 ? packed : inflated(packed, entry, most);
  if (content.length !== entry.size) fail(`has ${content.length} bytes where the directory says ${entry.size}`);
  if (crc32(content) !== entry.crc) fail('differs from its checksum');
  return content;
}
