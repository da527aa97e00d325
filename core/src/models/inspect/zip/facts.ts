import type { PickleCall } from '../pickle/calls.ts';

export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Bytes in the archive and unpacked, as its directory says. */
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  readonly encrypted: boolean;
  /** Where its local header begins. */
  readonly offset: number;
}

/** What an archive of a model holds. */
export interface ZipFacts {
  readonly entries: readonly ZipEntry[];
  /** Entries that are pickles, by content. */
  readonly pickles: readonly string[];
  /** What those call; offsets count from the start of their unpacked entry. */
  readonly calls: readonly (PickleCall & { readonly entry: string })[];
}
