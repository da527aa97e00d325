import type { Run } from '../../contracts/run.ts';

/** A run with seed 7 that nobody stops. */
export const aRun = (over: Partial<Run> = {}): Run => ({ id: 'check', seed: 7, signal: new AbortController().signal, progress() {}, ...over });
