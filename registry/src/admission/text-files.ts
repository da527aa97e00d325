import type { ArchiveEntry, PackageArchive } from '../package/archive.ts';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Names of files that are text whatever is in them. */
const textual = /\.(?:[cm]?[jt]sx?|json|map|md|txt|ya?ml|html?|css|svg|csv|jsonl|kql|sql|toml|xml)$/i;

/** The text of a file, without a byte-order mark; undefined when it is not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const looksBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 8192).includes(0);

/** Every file that people or programs read as text. */
export function* textFiles(archive: PackageArchive): Iterable<TextFile> {
  for (const { path, bytes } of archive.entries) {
    const text = looksBinary(bytes) && !textual.test(path) ? undefined : textOf(bytes);
    if (text !== undefined) yield { path, text };
  }
}

/** Files whose names say text and whose bytes do not. */
export const brokenTextFiles = (archive: PackageArchive): readonly ArchiveEntry[] => archive.entries.filter(({ path, bytes }) => textual.test(path) && textOf(bytes) === undefined);

/** `path:line` of a position in a text. */
export function placeOf(path: string, text: string, index: number): string {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++;
  return `${path}:${line}`;
}
