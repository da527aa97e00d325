/** The promise, or the signal's reason as soon as that is given; what becomes of the promise then is nobody's business. */
export async function stoppable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    void settled(promise);
  }
}

/** Waits for the end of a promise, however it ends. */
export const settled = (promise: Promise<unknown>): Promise<void> => promise.then(() => undefined, () => undefined);
