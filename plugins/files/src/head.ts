import { open, type FileHandle } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { ByomlError, type FileFormat } from '@byoml/core';

const looked = 65_536;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const magic = Buffer.from('PAR1');

/** Looks at a file's first bytes for what no reader of the format can take; answers where its content starts. */
export async function contentStart(path: string, format: FileFormat): Promise<number> {
  await using file = await opened(path);
  const head = await firstBytes(file);
  if (format === 'parquet') return parquetStart(path, head);
  const compressed = path.endsWith('.gz');
  const text = compressed ? unpacked(path, head) : head;
  const wide = utf16(text);
  if (wide) throw new ByomlError('ENCODING_INVALID', `${path} is ${wide}, not UTF-8`, { details: { file: path, encoding: wide } });
  const nul = text.indexOf(0);
  if (nul >= 0) throw new ByomlError('ENCODING_INVALID', `${path} holds a NUL byte at byte ${nul + 1}`, { details: { file: path, byte: nul + 1 } });
  // The offset of a compressed file would count packed bytes: the engine skips its mark while unpacking.
  return !compressed && text.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw new ByomlError('FILE_MISSING', `${path} cannot be opened: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { details: { file: path }, cause: error });
  }
}

async function firstBytes(file: FileHandle): Promise<Buffer> {
  const head = Buffer.alloc(looked);
  const { bytesRead } = await file.read(head, 0, looked, 0);
  return head.subarray(0, bytesRead);
}

function parquetStart(path: string, head: Buffer): number {
  if (!head.subarray(0, magic.length).equals(magic)) throw new ByomlError('FILE_CORRUPT', `${path} is not a Parquet file`, { details: { file: path } });
  return 0;
}

function unpacked(path: string, head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw new ByomlError('FILE_CORRUPT', `${path} is not a gzip file`, { details: { file: path }, cause: error });
  }
}

function utf16(text: Buffer): string | undefined {
  if (text[0] === 0xff && text[1] === 0xfe) return 'UTF-16LE';
  if (text[0] === 0xfe && text[1] === 0xff) return 'UTF-16BE';
  // Without a mark: ASCII in UTF-16 has a NUL in every second byte.
  if (text.length < 4 || text[0] === 0) return text.length >= 4 && text[1] !== 0 && text[2] === 0 ? 'UTF-16BE' : undefined;
  return text[1] === 0 && text[3] === 0 ? 'UTF-16LE' : undefined;
}
