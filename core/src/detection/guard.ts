import type { Capabilities } from '../contracts/define.ts';
import { ByomlError, isByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';

/**
 * Calls a component under its contract: what it throws of its own becomes COMPONENT_FAILED with the cause; a call longer
 * than the declared `wallMs` becomes COMPONENT_TIMED_OUT. Either way, and when the run is stopped, the component's signal
 * is aborted and nobody waits for it. ByomlErrors and the run's abort reason pass through.
 */
export async function guarded<T>(address: string, capabilities: Capabilities | undefined, call: (run: Run) => T | Promise<T>, run: Run): Promise<T> {
  run.signal.throwIfAborted();
  const own = new AbortController();
  const inner: Run = { id: run.id, seed: run.seed, signal: own.signal, progress: (update) => run.progress(update) };
  const stopped = Promise.withResolvers<never>();
  const stop = (reason: unknown): void => {
    own.abort(reason);
    stopped.reject(reason);
  };
  const cancel = (): void => stop(run.signal.reason);
  run.signal.addEventListener('abort', cancel, { once: true });
  const timer = capabilities?.wallMs === undefined ? undefined : setTimeout(() => stop(timedOut(address, capabilities.wallMs)), capabilities.wallMs);
  try {
    return await Promise.race([Promise.resolve(inner).then(call), stopped.promise]);
  } catch (thrown) {
    throw own.signal.aborted ? own.signal.reason : failure(address, thrown);
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', cancel);
  }
}

const timedOut = (address: string, wallMs: number | undefined): ByomlError =>
  new ByomlError('COMPONENT_TIMED_OUT', `${address}: no answer within its declared ${wallMs} ms`, { details: { component: address, wallMs } });

function failure(address: string, thrown: unknown): ByomlError {
  if (isByomlError(thrown)) return thrown;
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new ByomlError('COMPONENT_FAILED', `${address}: ${said}`, { cause: thrown, details: { component: address, cause: said } });
}
