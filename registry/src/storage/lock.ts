import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

const busy = 5; // SQLITE_BUSY
const waitMs = 2;

/**
 * One holder at a time among all processes of this machine. The operating system releases it when its holder dies, which no file
 * of our own can promise: SQLite's write lock is the one such lock that Node offers.
 */
export class Lock implements Disposable {
  readonly #database: DatabaseSync;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 0 });
  }

  /** Runs `work` while holding the lock; those of this process wait in line. */
  async hold<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => this.#held(work, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #held<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    while (!this.#begun()) await setTimeout(waitMs, undefined, { signal });
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#database.exec('ROLLBACK');
    }
  }

  #begun(): boolean {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      return true;
    } catch (thrown) {
      if ((thrown as { errcode?: number }).errcode === busy) return false;
      throw thrown;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
