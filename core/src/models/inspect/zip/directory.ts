import { Malformed } from '../malformed.ts';
import { shown } from '../shown.ts';
import type { ZipEntry } from './facts.ts';

const signature = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50 } as const;
const size = { end: 22, end64: 56, locator64: 20, entry: 46 } as const;
const longestComment = 65_535;
const mostEntries = 100_000;
const unset32 = 0xffff_ffff;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  /** Where the directory begins: entries end before it. */
  readonly start: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function uint64(view: DataView, offset: number): number {
  if (offset + 8 > view.byteLength) throw new Malformed('a 64-bit size is cut off', offset);
  const value = Number(view.getBigUint64(offset, true));
  if (!Number.isSafeInteger(value)) throw new Malformed('a 64-bit size is out of range', offset);
  return value;
}

/** Where the last end record stands, the one that other readers take; undefined where the bytes end as no zip does. */
function endRecord(bytes: Uint8Array): number | undefined {
  const view = viewOf(bytes);
  const lowest = Math.max(0, bytes.length - size.end - longestComment);
  for (let at = bytes.length - size.end; at >= lowest; at--) if (bytes[at] === 0x50 && view.getUint32(at, true) === signature.end) return at;
  return undefined;
}

/** Whether a zip reader would find an archive at the end of the bytes, whatever they begin as. */
export function endsAsZip(bytes: Uint8Array): boolean {
  const end = endRecord(bytes);
  if (end === undefined) return false;
  const view = viewOf(bytes);
  const start = end - view.getUint32(end + 12, true);
  return start >= 0 && view.getUint32(start, true) === (start === end ? signature.end : signature.entry);
}

interface Extent {
  readonly count: number;
  readonly bytes: number;
  readonly offset: number;
  /** Where the record that says so begins: the directory ends there. */
  readonly end: number;
}

/** The sizes of the 64-bit end record, which must repeat those of the old one that are not marked as too large for it. */
function extent64(view: DataView, old: Extent): Extent {
  const locator = old.end - size.locator64;
  if (locator < 0 || view.getUint32(locator, true) !== signature.locator64) {
    if (old.count === 0xffff || old.bytes === unset32 || old.offset === unset32) throw new Malformed('its 64-bit end record is missing', old.end);
    return old;
  }
  const end = uint64(view, locator + 8);
  if (end + size.end64 > locator || view.getUint32(end, true) !== signature.end64) throw new Malformed('its 64-bit end record is not where it should be', locator);
  const extent = { count: uint64(view, end + 32), bytes: uint64(view, end + 40), offset: uint64(view, end + 48), end };
  const agrees = (short: number, long: number, unset: number): boolean => short === unset || short === long;
  if (!agrees(old.count, extent.count, 0xffff) || !agrees(old.bytes, extent.bytes, unset32) || !agrees(old.offset, extent.offset, unset32)) throw new Malformed('its two end records differ', end);
  return extent;
}

function extentOf(view: DataView, end: number): Extent {
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 6, true) !== 0) throw new Malformed('it is one part of several', end);
  const count = view.getUint16(end + 10, true);
  if (view.getUint16(end + 8, true) !== count) throw new Malformed('it is one part of several', end);
  return extent64(view, { count, bytes: view.getUint32(end + 12, true), offset: view.getUint32(end + 16, true), end });
}

/** The sizes in a 64-bit extra field, in the order in which the entry marks them as too large. */
function sizes64(view: DataView, extra: { readonly at: number; readonly end: number }, fields: readonly number[]): number[] {
  let { at } = extra;
  let end = at;
  for (; at + 4 <= extra.end; at = end) {
    end = at + 4 + view.getUint16(at + 2, true);
    if (end > extra.end) throw new Malformed('an extra field is cut off', at);
    if (view.getUint16(at, true) === 1) break;
  }
  at += 4;
  return fields.map((field) => {
    if (field !== unset32) return field;
    if (at + 8 > end || at + 8 > extra.end) throw new Malformed('a 64-bit size is missing', at);
    at += 8;
    return uint64(view, at - 8);
  });
}

function entryAt(bytes: Uint8Array, view: DataView, at: number): ZipEntry & { readonly next: number } {
  if (at + size.entry > bytes.length || view.getUint32(at, true) !== signature.entry) throw new Malformed('an entry of its directory is missing', at);
  const nameEnd = at + size.entry + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) throw new Malformed('an entry of its directory is cut off', at);
  const fields = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [unpacked = 0, packed = 0, offset = 0] = fields.includes(unset32) ? sizes64(view, { at: nameEnd, end: extraEnd }, fields) : fields;
  const flags = view.getUint16(at + 8, true);
  const name = utf8.decode(bytes.subarray(at + size.entry, nameEnd));
  return { name, method: view.getUint16(at + 10, true), packed, size: unpacked, crc: view.getUint32(at + 16, true), encrypted: (flags & 0x2041) !== 0, offset, next };
}

/** Lists the central directory of a zip. Throws Malformed where two readers could see two different archives. */
export function readDirectory(bytes: Uint8Array): ZipDirectory {
  const end = endRecord(bytes);
  if (end === undefined) throw new Malformed('it has no end record', bytes.length);
  const view = viewOf(bytes);
  if (end + size.end + view.getUint16(end + 20, true) !== bytes.length) throw new Malformed('its comment does not end where the file does', end);
  const extent = extentOf(view, end);
  if (extent.count > mostEntries) throw new Malformed(`it has more than ${mostEntries} entries`, extent.end);
  if (extent.offset + extent.bytes !== extent.end) throw new Malformed('its directory is not where its end record says', extent.end);
  const entries: ZipEntry[] = [];
  let at = extent.offset;
  for (let i = 0; i < extent.count; i++) {
    const { next, ...entry } = entryAt(bytes, view, at);
    if (next > extent.end) throw new Malformed(`its directory is longer than it says, at "${shown(entry.name)}"`, at);
    entries.push(entry);
    at = next;
  }
  if (at !== extent.end) throw new Malformed('its directory holds more than its entries', at);
  return { entries, start: extent.offset };
}
