import { gzipSync } from 'node:zlib';
import { tarEntry } from './pack.ts';

/** An extension header for the entry that follows. */
export function paxHeader(records: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + 1;
    while (rest + String(length).length !== length) length++;
    return `${length} ${key}=${value}\n`;
  });
  return tarEntry({ path: 'PaxHeader', type: 'ExtendedHeader', bytes: lines.join('') });
}

export const longPath = (path: string): Buffer => tarEntry({ path: '././@LongLink', type: 'NextFileHasLongPath', bytes: `${path}\0` });

/** The entry with other bytes in its header, and the checksum that belongs to them. */
export function withHeaderField(entry: Buffer, at: number, bytes: string): Buffer {
  const changed = Buffer.from(entry);
  changed.write(bytes, at, 'latin1');
  changed.write(' '.repeat(8), 148, 'latin1');
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

/** A gzip of one file of zeros. */
export function bomb(bytes: number): Buffer {
  const header = withHeaderField(tarEntry({ path: 'package/zeros' }), 124, `${bytes.toString(8).padStart(11, '0')}\0`);
  return gzipSync(Buffer.concat([header, Buffer.alloc(bytes + 1024)]), { level: 9 });
}
