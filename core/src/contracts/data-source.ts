import type { Batches } from './columns.ts';
import type { Run, Window } from './run.ts';

/** A file an engine can read itself. */
export interface ScanFile {
  /** `file:` URL; of a copy where the source fetched one. A name that ends in `.gz` is compressed. */
  readonly url: string;
  /** Bytes to read, counted from `offset`; less than the file holds when its last line is torn. */
  readonly bytes: number;
  /** Changes whenever the content does: an ETag, or size and modification time. */
  readonly version: string;
  /** What to call it in messages, where `url` is that of a copy: a blob's address without its query. */
  readonly label?: string;
  /** Where to start, for files that grow and for those that begin with a byte-order mark. 0 when absent. */
  readonly offset?: number;
  /** The time that its records are of, where the source can tell without reading: late data in one file then reopens only that time. */
  readonly span?: Window;
}

export type FileFormat = 'jsonl' | 'csv' | 'parquet';

/** What a source found for a window: files an engine can read itself, or a stream of batches. */
export type Scan =
  | {
      readonly kind: 'files';
      readonly format: FileFormat;
      readonly files: readonly ScanFile[];
      /** What to call the data in messages: `files/table (accesses.csv)`. */
      readonly name: string;
      /** A column that identifies a record: rows that repeat it are dropped (the export may deliver twice). */
      readonly unique?: string;
    }
  | { readonly kind: 'batches'; readonly batches: Batches; readonly name: string };

/** Finds data. `window` is a hint for what to skip: rows outside it may be returned where skipping costs more than reading. */
export interface DataSource {
  scan(window: Window, run: Run): Promise<Scan>;
  /** Called when the results of all that scans have answered so far are stored for good: a source that takes from a queue lets go of it now. */
  settle?(run: Run): Promise<void>;
}
