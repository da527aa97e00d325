/** A file as messages call it. */
export interface NamedFile {
  /** Path of the file that the source named. */
  readonly origin: string;
  /** What the source calls it; its file name where the source gives no label. */
  readonly name: string;
}

/** A file as the engine reads it. */
export interface StagedFile extends NamedFile {
  readonly path: string;
  readonly bytes: number;
}
