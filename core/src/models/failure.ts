import { ByomlError } from '../contracts/errors.ts';

/** Whether something thrown came from the operating system. */
export const isSystemError = (thrown: unknown): thrown is NodeJS.ErrnoException => thrown instanceof Error && typeof (thrown as NodeJS.ErrnoException).code === 'string' && 'syscall' in thrown;

export const codeOf = (thrown: unknown): string | undefined => (isSystemError(thrown) ? thrown.code : undefined);

/** What the operating system refused as WRITE_FAILED; anything else as it is. */
export const writeFailure = (what: string, thrown: unknown): unknown =>
  isSystemError(thrown) ? new ByomlError('WRITE_FAILED', `${what}: ${thrown.message}`, { cause: thrown, details: { system: thrown.code, path: thrown.path } }) : thrown;

export const corrupt = (dir: string, file: string, reason: string): ByomlError => new ByomlError('MODEL_CORRUPT', `model ${dir}: ${file} ${reason}`, { details: { folder: dir, file, reason } });

/** Awaits `work`; an error of the operating system with one of `codes` becomes `otherwise`. */
export async function unless<T, O>(work: Promise<T>, codes: readonly string[], otherwise: O): Promise<T | O> {
  try {
    return await work;
  } catch (thrown) {
    if (codes.includes(codeOf(thrown) ?? '')) return otherwise;
    throw thrown;
  }
}
