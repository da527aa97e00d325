import { settled, stoppable } from './stoppable.ts';

const last = new Map<string, Promise<void>>();

/** One at a time for each folder: several detections of a process may read one topic. Waiting for the turn ends when the run is stopped. */
export async function inTurn<T>(folder: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  const before = last.get(folder) ?? Promise.resolve();
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const own = before.then(() => done);
  last.set(folder, own);
  try {
    await stoppable(settled(before), signal);
    return await act();
  } finally {
    resolve();
    if (last.get(folder) === own) last.delete(folder);
  }
}
