import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

const block = 512;
/** The date npm gives to every packed file, so that the same files make the same tarball. */
const packed = new Date('1985-10-26T08:15:00Z');

/** An entry as it is written, also one that no package may have. */
export interface RawEntry {
  readonly path: string;
  readonly bytes?: Uint8Array | string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'BlockDevice' | 'FIFO' | 'ContiguousFile' | 'ExtendedHeader' | 'GlobalExtendedHeader' | 'NextFileHasLongPath';
  readonly linkpath?: string;
  readonly mode?: number;
}

/** Header and content of one entry, filled up to whole blocks. Paths have less than 100 bytes. */
export function tarEntry({ path, bytes = '', type = 'File', linkpath = '', mode = 0o644 }: RawEntry): Buffer {
  const content = Buffer.from(bytes as string);
  const header = Buffer.alloc(block);
  new Header({ path, type, linkpath, mode, size: content.length, mtime: packed, uid: 0, gid: 0 }).encode(header);
  return Buffer.concat([header, content, Buffer.alloc((block - (content.length % block)) % block)]);
}

export const tarOf = (entries: Iterable<RawEntry>): Buffer => Buffer.concat([...[...entries].map(tarEntry), Buffer.alloc(2 * block)]);

/** A tarball as `npm pack` makes it: every file below the folder `package`. */
export const packTarball = (files: Readonly<Record<string, string | Uint8Array>>): Buffer =>
  gzipSync(tarOf(Object.entries(files).map(([path, bytes]) => ({ path: `package/${path}`, bytes }))));
