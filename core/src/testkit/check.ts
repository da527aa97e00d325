import assert from 'node:assert/strict';
import { isByomlError } from '../contracts/errors.ts';

/** One promise of a contract, ready for any test runner, for the command line or for the registry. A broken promise rejects. */
export interface Check {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export const check = (name: string, run: () => unknown): Check => ({ name, run: async () => void (await run()) });

/** Runs checks one after another and returns what broke, by name; for runners that want one answer. */
export async function broken(checks: Iterable<Check>): Promise<ReadonlyMap<string, Error>> {
  const failures = new Map<string, Error>();
  for (const { name, run } of checks) {
    try {
      await run();
    } catch (thrown) {
      failures.set(name, thrown instanceof Error ? thrown : new Error(shown(thrown)));
    }
  }
  return failures;
}

/** A thrown value in one line. */
export const shown = (thrown: unknown): string => (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : JSON.stringify(thrown) ?? 'nothing');

const late = Symbol('late');

/** The value, or an assertion error when it takes longer than `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<typeof late>((resolve) => (timer = setTimeout(resolve, ms, late)));
  const outcome = await Promise.race([promise, limit]).finally(() => clearTimeout(timer));
  if (outcome === late) assert.fail(`${what} within ${ms} ms`);
  return outcome as T;
}

/** What the promise threw; undefined when it did not. */
export const thrownBy = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown ?? new Error('rejected with nothing'),
  );

/** Whether a call ended because of `reason`: it threw the reason, an error it caused, or CANCELLED. */
export function isStop(thrown: unknown, reason: unknown): boolean {
  for (let at = thrown; at !== undefined && at !== null; at = (at as Error).cause) {
    if (at === reason || (at as Error).name === 'AbortError') return true;
    if (isByomlError(at) && at.code === 'CANCELLED') return true;
  }
  return false;
}

/** Asserts that the call fails with one of the catalogue's errors. */
export async function failsCatalogued(promise: Promise<unknown>, what: string, ...codes: readonly string[]): Promise<void> {
  const thrown = await thrownBy(promise);
  assert.ok(thrown !== undefined, `${what}: expected an error`);
  assert.ok(isByomlError(thrown), `${what}: expected a ByomlError, received ${shown(thrown)}`);
  if (codes.length > 0) assert.ok(codes.includes(thrown.code), `${what}: expected ${codes.join(' or ')}, received ${thrown.code} (${thrown.message})`);
}
