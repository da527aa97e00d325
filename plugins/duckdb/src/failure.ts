import { ByomlError, isByomlError } from '@byoml/core';

const memory = /^(?:Out of Memory Error|.*failed to offload data block|.*No space left on device|.*could not write|.*max_temp_directory_size)/isu;

/** What DuckDB threw, as an error of the catalogue; failures of files are told apart by `fileFailure`. */
export function engineFailure(error: unknown, signal: AbortSignal): Error {
  if (isByomlError(error)) return error;
  if (signal.aborted) return new ByomlError('CANCELLED', 'the run was stopped', { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  if (memory.test(message)) return new ByomlError('MEMORY_EXCEEDED', `duckdb: ${firstLine(message)}`, { cause: error });
  return error instanceof Error ? error : new Error(message);
}

export const firstLine = (message: string): string => message.split('\n')[0] ?? message;
