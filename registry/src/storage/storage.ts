/** An object and the version it has. */
export interface Stored {
  readonly bytes: Uint8Array;
  /** Changes whenever the content does; opaque, like an ETag. */
  readonly version: string;
}

/** When a change may happen. */
export interface Condition {
  /** Only if the object has this version; `absent`: only if there is none. Without it the change happens in any case. */
  readonly expected?: string;
  readonly signal: AbortSignal;
}

/**
 * How soon a change has to survive a loss of power. `whole`: not before the next `flush`, and until then the object is found as before or as after the change, with
 * changes of other objects in their order; `flushed`: not before that either, and until then it may be found empty. It survives the death of the process in any case.
 */
export type Durable = 'at once' | 'whole' | 'flushed';

export interface WriteCondition extends Condition {
  /** `at once` unless said; takes one wait for the disk for each object. */
  readonly durable?: Durable;
}

/** `expected` for an object that must not exist yet. No version of any driver is this text. */
export const absent = 'absent';

/**
 * Where the registry keeps its objects: a folder, or a container in the cloud. Keys are relative paths of lower-case parts
 * (`npm/@scope/name`), also where one key lies under another. Every operation is atomic: a reader sees an object before a change or after it.
 * Throws STORAGE_KEY_INVALID and STORAGE_FAILED.
 */
export interface Storage extends AsyncDisposable {
  /** Undefined when there is no such object. */
  read(key: string, signal: AbortSignal): Promise<Stored | undefined>;
  /** The new version; undefined when the object is not as `expected`, and nothing changed. */
  write(key: string, bytes: Uint8Array, condition: WriteCondition): Promise<string | undefined>;
  /** Whatever this process has written survives a loss of power from now on. */
  flush(signal: AbortSignal): Promise<void>;
  /** Whether the object is gone now: false when it is not as `expected`, and nothing changed. */
  delete(key: string, condition: Condition): Promise<boolean>;
  /** Keys that begin with `prefix`, in the order of their UTF-16 units. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<string>;
}
