import type { Logger } from '../../contracts/services.ts';

export interface LogEntry {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly fields: object | undefined;
}

/** A logger that keeps what it was told. */
export function recordingLogger(): Logger & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = [];
  return {
    entries,
    info: (message, fields) => void entries.push({ level: 'info', message, fields }),
    warn: (message, fields) => void entries.push({ level: 'warn', message, fields }),
  };
}
