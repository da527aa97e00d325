import { setImmediate } from 'node:timers/promises';
import type { Run } from '../contracts/run.ts';

/** Lets the event loop turn, so that a signal can arrive, and throws the abort reason if one did. */
export async function turn(run: Run): Promise<void> {
  await setImmediate();
  run.signal.throwIfAborted();
}
