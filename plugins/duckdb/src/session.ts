import { dirname, sep } from 'node:path';
import { isByomlError, type Run } from '@byoml/core';
import { DuckDBDataChunk, DuckDBInstance, DuckDBListVector, type DuckDBConnection, type DuckDBResult, type DuckDBType, type DuckDBVector } from '@duckdb/node-api';
import { BOOLEAN, DOUBLE, INTEGER, LIST, VARCHAR } from '@duckdb/node-api';
import { literal } from './dialect.ts';
import { engineFailure } from './failure.ts';

export interface SessionOptions {
  readonly memoryLimit: string;
  /** Absent: one per core. */
  readonly threads?: number | undefined;
  /** Where results spill and files are staged; the only folder that SQL may write to. */
  readonly folder: string;
}

/** Says what is wrong with the files when reading them failed. */
export type Diagnose = (error: Error, signal: AbortSignal) => Promise<Error>;

/** What a table made from JavaScript may hold. */
export type StoredType = 'VARCHAR' | 'DOUBLE' | 'INTEGER' | 'BOOLEAN' | 'VARCHAR[]' | 'DOUBLE[]';

const nativeTypes: Readonly<Record<StoredType, DuckDBType>> = { VARCHAR, DOUBLE, INTEGER, BOOLEAN, 'VARCHAR[]': LIST(VARCHAR), 'DOUBLE[]': LIST(DOUBLE) };

/** Rows of a chunk as the engine holds them; typed arrays are views that the next chunk invalidates. */
export interface Chunk {
  readonly length: number;
  items(column: number): Int32Array | Float64Array;
  values(column: number): unknown[];
}

/** One DuckDB database in memory, confined to its folder and the files it was opened for. Each call has a connection of its own. */
export class Session implements AsyncDisposable {
  readonly folder: string;
  readonly #instance: DuckDBInstance;
  #diagnose: Diagnose = async (error) => error;
  #tables = 0;

  private constructor(instance: DuckDBInstance, folder: string) {
    this.#instance = instance;
    this.folder = folder;
  }

  static async start({ memoryLimit, threads, folder }: SessionOptions): Promise<Session> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: memoryLimit,
      temp_directory: folder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      ...(threads === undefined ? {} : { threads: String(threads) }),
    });
    return new Session(instance, folder);
  }

  /** From now on SQL reaches only the session's folder and these files, or of many files the folder they share. */
  async confine(readable: readonly string[], diagnose: Diagnose): Promise<void> {
    this.#diagnose = diagnose;
    const many = readable.length > mostListed;
    const folders = [this.folder, ...(many ? [sharedFolder(readable)] : [])];
    const connection = await this.#instance.connect();
    await connection.run(`SET allowed_directories = [${folders.map(literal).join(', ')}]`);
    await connection.run(`SET allowed_paths = [${(many ? [] : readable).map(literal).join(', ')}]`);
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    connection.closeSync();
  }

  /** A name that nothing in this database has yet. */
  fresh(prefix: string): string {
    this.#tables += 1;
    return `${prefix}${this.#tables}`;
  }

  /** Runs one statement; answers the rows it changed. */
  execute(sql: string, run: Run): Promise<number> {
    return this.#connected(run, async (connection) => {
      const result = await watched(connection, run, sql.startsWith('COPY') ? '% written' : '% read', connection.run(sql));
      return result.rowsChanged;
    });
  }

  /** The rows of a small result as JavaScript values. */
  rows(sql: string, run: Run): Promise<unknown[][]> {
    return this.#connected(run, async (connection) => {
      const result = await watched(connection, run, '% read', connection.run(sql));
      return result.getRowsJson();
    });
  }

  /** A large result, chunk by chunk, never whole in memory. */
  async *stream(sql: string, run: Run): AsyncGenerator<Chunk> {
    const connection = await this.#instance.connect();
    const interrupt = (): void => connection.interrupt();
    run.signal.addEventListener('abort', interrupt);
    try {
      run.signal.throwIfAborted();
      yield* chunks(await connection.stream(sql));
    } catch (error) {
      throw await this.failure(error, run.signal);
    } finally {
      run.signal.removeEventListener('abort', interrupt);
      connection.closeSync();
    }
  }

  /** Fills a new table chunk by chunk; each chunk has one array of equal length per column. */
  async load(table: string, types: readonly StoredType[], source: AsyncIterable<readonly ArrayLike<unknown>[]>, run: Run): Promise<number> {
    const fields = types.map((type, i) => `c${i} ${type}`).join(', ');
    return this.#connected(run, async (connection) => {
      await connection.run(`CREATE TABLE ${table} (${fields})`);
      const appender = await connection.createAppender(table);
      const native = types.map((type) => nativeTypes[type]);
      let rows = 0;
      for await (const columns of source) {
        run.signal.throwIfAborted();
        const length = columns[0]?.length ?? 0;
        for (let from = 0; from < length; from += chunkRows) appender.appendDataChunk(filled(native, columns, from, Math.min(length, from + chunkRows)));
        rows += length;
      }
      appender.closeSync();
      return rows;
    });
  }

  async #connected<T>(run: Run, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#instance.connect();
    const interrupt = (): void => connection.interrupt();
    run.signal.addEventListener('abort', interrupt);
    try {
      run.signal.throwIfAborted();
      return await work(connection);
    } catch (error) {
      throw await this.failure(error, run.signal);
    } finally {
      run.signal.removeEventListener('abort', interrupt);
      connection.closeSync();
    }
  }

  /** What was thrown, as an error that names the file and line where it is about one. */
  async failure(thrown: unknown, signal: AbortSignal): Promise<Error> {
    const error = engineFailure(thrown, signal);
    return isByomlError(error) ? error : this.#diagnose(error, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#instance.closeSync();
  }
}

// DuckDB takes some 40 µs for each path of the list.
const mostListed = 64;

/** The deepest folder that all files are in. */
function sharedFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep));
  const depth = first.findIndex((part, i) => others.some((other) => other[i] !== part));
  return first.slice(0, depth < 0 ? first.length : depth).join(sep) || sep;
}

/** Rows that one of DuckDB's data chunks holds. */
const chunkRows = 2048;
const pollMs = 250;

const reached = new WeakMap<Run, Map<string, number>>();

/** Reports how far the statement is, in percent, until it ends; what a run has reported of one unit only grows. */
async function watched<T>(connection: DuckDBConnection, run: Run, unit: string, statement: Promise<T>): Promise<T> {
  const before = reached.get(run) ?? new Map<string, number>();
  reached.set(run, before);
  const timer = setInterval(() => {
    const done = Math.floor(connection.progress.percentage);
    if (done <= (before.get(unit) ?? 0)) return;
    before.set(unit, done);
    run.progress({ done, total: 100, unit });
  }, pollMs);
  try {
    return await statement;
  } finally {
    clearInterval(timer);
  }
}

async function* chunks(result: DuckDBResult): AsyncGenerator<Chunk> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    yield view(chunk);
  }
}

const view = (chunk: DuckDBDataChunk): Chunk => ({
  length: chunk.rowCount,
  items: (column) => (chunk.getColumnVector(column) as DuckDBVector & { readonly items: Int32Array | Float64Array }).items,
  values: (column) => cells(chunk.getColumnVector(column), 0, chunk.rowCount),
});

function cells(vector: DuckDBVector, from: number, to: number): unknown[] {
  const values: unknown[] = [];
  for (let i = from; i < to; i++) values.push(vector instanceof DuckDBListVector ? list(vector, i) : vector.getItem(i));
  return values;
}

function list(vector: DuckDBListVector, row: number): unknown[] | null {
  if (vector.getItemVector(row) === null) return null;
  const start = vector.getEntryOffset(row);
  return cells(vector.childVector, start, start + vector.getEntryLength(row));
}

function filled(types: readonly DuckDBType[], columns: readonly ArrayLike<unknown>[], from: number, to: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(types, to - from);
  for (const [i, column] of columns.entries()) {
    const vector = chunk.getColumnVector(i);
    const items = (vector as DuckDBVector & { readonly items?: Float64Array | Int32Array }).items;
    if (items && ArrayBuffer.isView(column)) items.set((column as Float64Array).subarray(from, to));
    else fill(vector, column, from, to);
    vector.flush();
  }
  return chunk;
}

function fill(vector: DuckDBVector, column: ArrayLike<unknown>, from: number, to: number): void {
  for (let i = from; i < to; i++) vector.setItem(i - from, stored(column[i]) as never);
}

const stored = (cell: unknown): unknown => (Array.isArray(cell) ? { items: cell } : (cell ?? null));

