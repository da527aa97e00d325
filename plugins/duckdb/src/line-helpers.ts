import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LineSearch } from './line-scan.ts';

/** What a thread must have to do before starting it pays. */
const threadBytes = 67_108_864;
const mostThreads = 4;

/** Threads that look through lines beside this one; started early, since a thread takes tens of milliseconds to start. */
export class LineHelpers implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** As many as pay for so many bytes, besides the calling thread. */
  static forBytes(bytes: number, threads: number): LineHelpers {
    const helpers = Math.min(threads - 1, mostThreads - 1, Math.floor(bytes / threadBytes));
    return new LineHelpers(Array.from({ length: helpers }, started));
  }

  /** Lets every helper take segments; done when none is left. */
  async search(search: LineSearch): Promise<void> {
    await Promise.all(this.#workers.map((worker) => searching(worker, search)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function started(): Worker {
  // The compiler leaves names in text alone, so the one that exists is chosen here.
  const file = import.meta.url.endsWith('.ts') ? new URL('./line-scan.worker.ts', import.meta.url) : new URL('./line-scan.worker.js', import.meta.url);
  const worker = new Worker(file);
  worker.unref();
  return worker;
}

async function searching(worker: Worker, search: LineSearch): Promise<void> {
  const answered = once(worker, 'message');
  worker.ref();
  worker.postMessage(search);
  const [failed] = (await answered.finally(() => worker.unref())) as [string | undefined];
  if (failed !== undefined) throw new Error(failed);
}
