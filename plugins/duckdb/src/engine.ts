import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineEngine, z, type Engine, type Relation, type Run, type Scan } from '@byoml/core';
import { tableOf } from './appended.ts';
import { csvTable } from './csv.ts';
import { diagnose } from './diagnosis.ts';
import { dialect } from './dialect.ts';
import { jsonLinesTable, type JsonLines } from './json-lines.ts';
import { LineHelpers } from './line-helpers.ts';
import { parquetTable } from './parquet.ts';
import { DuckDbRelation } from './relation.ts';
import { Session } from './session.ts';
import { stage } from './staging.ts';
import type { Table } from './table.ts';

const settings = z.strictObject({
  memoryLimit: z.string().regex(/^\d+(?:\.\d+)?\s*(?:[KMGT]i?B)$/u).default('2GB').describe('Memory that DuckDB may use before it spills to disk, such as 2GB'),
  threads: z.int().min(1).max(1024).optional().describe('Threads that DuckDB may use; one per core when absent'),
  tempDirectory: z.string().min(1).optional().describe('Folder to spill to and to unpack files into; a new one in the system\'s temporary folder when absent'),
});
type Settings = z.output<typeof settings>;

class DuckDbEngine implements Engine {
  readonly dialect = dialect;
  readonly trainers = {};
  readonly #settings: Settings;
  readonly #folder: string;
  readonly #owned: AsyncDisposable[] = [];
  #ready: Promise<Session> | undefined;

  constructor(chosen: Settings, folder: string) {
    this.#settings = chosen;
    this.#folder = folder;
    // DuckDB starts while the source looks for files; a failure is told by the first `open`.
    this.#ready = this.#start();
    this.#ready.catch(() => {});
  }

  async open(scan: Scan, run: Run): Promise<Relation> {
    const starting = this.#ready ?? this.#start();
    this.#ready = undefined;
    const session = this.#own(await starting);
    return scan.kind === 'files' ? this.#openFiles(session, scan, run) : this.#openBatches(session, scan, run);
  }

  async #openFiles(session: Session, scan: FileScan, run: Run): Promise<Relation> {
    const bytes = scan.format === 'jsonl' ? scan.files.reduce((sum, file) => sum + file.bytes, 0) : 0;
    const helpers = this.#own(LineHelpers.forBytes(bytes, this.#settings.threads ?? availableParallelism()));
    const files = await stage(scan.files, scan.format, session.folder, run);
    await session.confine(files.map(({ path }) => path), (error, signal) => diagnose(error, files, scan.format, signal));
    const table = await read(session, scan, { files, helpers }, run);
    return new DuckDbRelation(session, scan.unique === undefined ? table : { ...table, unique: scan.unique }, run);
  }

  async #openBatches(session: Session, { name, batches }: BatchesScan, run: Run): Promise<Relation> {
    await session.confine([], async (error) => error);
    const { rows, ...table } = await tableOf(session, name, batches, run);
    return new DuckDbRelation(session, table, run, rows);
  }

  async #start(): Promise<Session> {
    const folder = join(this.#folder, randomUUID());
    await mkdir(folder);
    return Session.start({ memoryLimit: this.#settings.memoryLimit, threads: this.#settings.threads, folder });
  }

  #own<T extends AsyncDisposable>(made: T): T {
    this.#owned.push(made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const unused = await this.#ready?.catch(() => undefined);
    for (const owned of [...this.#owned.splice(0).reverse(), ...(unused ? [unused] : [])]) await owned[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

type FileScan = Scan & { readonly kind: 'files' };
type BatchesScan = Scan & { readonly kind: 'batches' };

function read(session: Session, scan: FileScan, staged: JsonLines, run: Run): Promise<Table> {
  switch (scan.format) {
    case 'csv': return csvTable(scan.name, staged.files);
    case 'jsonl': return jsonLinesTable(session, scan.name, staged, run);
    case 'parquet': return parquetTable(session, scan.name, staged.files, run);
  }
}

/** The default engine. */
export const duckdb = defineEngine({
  id: 'duckdb',
  summary: 'DuckDB in this process: reads files, runs views, spills to disk when memory is short',
  settings,
  async create(chosen) {
    const parent = chosen.tempDirectory === undefined ? tmpdir() : resolve(chosen.tempDirectory);
    await mkdir(parent, { recursive: true });
    return new DuckDbEngine(chosen, await mkdtemp(join(parent, 'byoml-duckdb-')));
  },
});
