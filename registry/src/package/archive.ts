/** One entry of a package's tarball. */
export interface ArchiveEntry {
  /** Relative to the package, with slashes: `dist/index.js`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** The files of a package, read into memory without writing or running anything. Entries that are not plain files never get here. */
export interface PackageArchive {
  /** In the order of the tarball. */
  readonly entries: readonly ArchiveEntry[];
  /** Undefined when there is no such file. */
  file(path: string): Uint8Array | undefined;
}
