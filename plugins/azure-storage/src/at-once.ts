/** Runs what it is given, at most so many at a time, in the order given. */
export type AtOnce = <T>(work: () => Promise<T>) => Promise<T>;

export function atOnce(most: number): AtOnce {
  let running = 0;
  const waiting: Array<() => void> = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // Its place goes to the next one.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** All results in order; the first failure stops the others, and is thrown when they have ended. */
export async function allOrStop<T, R>(items: readonly T[], signal: AbortSignal, work: (item: T, signal: AbortSignal) => Promise<R>): Promise<R[]> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let failure: { readonly thrown: unknown } | undefined;
  const results = await Promise.all(
    items.map((item) =>
      work(item, either).catch((thrown: unknown) => {
        failure ??= { thrown };
        stop.abort(thrown);
        return undefined as R;
      }),
    ),
  );
  signal.throwIfAborted();
  if (failure) throw failure.thrown;
  return results;
}
