import { ByomlError } from '../contracts/errors.ts';

interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR';
  /** SQLite's extended result code; its low byte is the primary one. */
  readonly errcode: number;
}

const isSqliteError = (thrown: unknown): thrown is SqliteError => thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SQLITE_ERROR';

/** SQLite's primary result code of something thrown. */
export const resultCode = (thrown: unknown): number | undefined => (isSqliteError(thrown) ? thrown.errcode & 0xff : undefined);
export const busy = 5;

const isSystemError = (thrown: unknown): thrown is NodeJS.ErrnoException => thrown instanceof Error && 'syscall' in thrown;

/** What SQLite or the file system throws as STATE_FAILED with the file's path; anything else unchanged. */
export function stateFailure(path: string, thrown: unknown): unknown {
  if (!isSqliteError(thrown) && !isSystemError(thrown)) return thrown;
  return new ByomlError('STATE_FAILED', `${path}: ${thrown.message}`, { cause: thrown, details: { path, cause: thrown.message } });
}
