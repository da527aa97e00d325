/** How much a package may hold. */
export interface ArchiveLimits {
  /** Files and folders. */
  readonly entries: number;
  /** Bytes of the unpacked tar. */
  readonly unpackedBytes: number;
  /** Unpacked bytes per packed byte, beyond `freeBytes`. */
  readonly ratio: number;
  /** Unpacked bytes for which no ratio holds: small text files pack very well. */
  readonly freeBytes: number;
}

const mebi = 2 ** 20;

export const archiveLimits: ArchiveLimits = { entries: 5000, unpackedBytes: 64 * mebi, ratio: 200, freeBytes: 10 * mebi };
