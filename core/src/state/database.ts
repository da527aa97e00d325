import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { stateFailure } from './failure.ts';

export type Row = Record<string, SQLOutputValue>;

/** How long a read waits while another connection ends its work on the file. */
const patienceMs = 5000;
/** Pages kept in memory, at most: the index behind a count of a million alerts fits. */
const cacheKib = 65_536;

/** A SQLite file whose statements are prepared once; what goes wrong is STATE_FAILED with its path. */
export class Database implements Disposable {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, { at = path, readOnly = false }: { readonly at?: string; readonly readOnly?: boolean } = {}) {
    this.path = path;
    this.#connection = this.#guarded(() => new DatabaseSync(at, { readOnly, timeout: patienceMs }));
    try {
      this.script(`pragma cache_size = -${cacheKib}; pragma temp_store = memory`);
    } catch (thrown) {
      this[Symbol.dispose]();
      throw thrown;
    }
  }

  all(sql: string, values: readonly SQLInputValue[] = []): Row[] {
    return this.#guarded(() => this.#prepared(sql).all(...values));
  }

  get(sql: string, values: readonly SQLInputValue[] = []): Row | undefined {
    return this.#guarded(() => this.#prepared(sql).get(...values));
  }

  /** Rows one by one, for tables that do not fit in memory. */
  *rows(sql: string): Generator<Row> {
    try {
      // A statement of its own: a cached one could be run again before the last row was taken.
      yield* this.#connection.prepare(sql).iterate();
    } catch (thrown) {
      throw stateFailure(this.path, thrown);
    }
  }

  /** Returns how many rows were written. */
  run(sql: string, values: readonly SQLInputValue[] = []): number {
    return this.#guarded(() => Number(this.#prepared(sql).run(...values).changes));
  }

  /** Several statements without values. */
  script(sql: string): void {
    this.#guarded(() => this.#connection.exec(sql));
  }

  /** Everything that `work` writes, or nothing. */
  transaction<T>(work: () => T): T {
    this.script('begin immediate');
    try {
      const result = work();
      this.script('commit');
      return result;
    } catch (thrown) {
      // After some failures, a full disk for one, SQLite has rolled back by itself.
      if (this.#connection.isTransaction) this.script('rollback');
      throw thrown;
    }
  }

  [Symbol.dispose](): void {
    if (this.#connection.isOpen) this.#guarded(() => this.#connection.close());
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#connection.prepare(sql)));
    return statement;
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw stateFailure(this.path, thrown);
    }
  }
}
