import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineEngine, z, type Engine, type Relation, type Run, type Scan } from '@byoml/core';
import { tableOf } from './appended.ts';
import { csvTable } from './csv.ts';
import { diagnose } from './diagnosis.ts';
import { dialect } from './dialect.ts';
import { jsonLinesTable } from './json-lines.ts';
import { parquetTable } from './parquet.ts';
import { DuckDbRelation } from './relation.ts';
import { Session } from './session.ts';
import { stage, type StagedFile } from './staging.ts';
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
  readonly #sessions: Session[] = [];

  constructor(chosen: Settings, folder: string) {
    this.#settings = chosen;
    this.#folder = folder;
  }

  async open(scan: Scan, run: Run): Promise<Relation> {
    const folder = join(this.#folder, randomUUID());
    await mkdir(folder);
    const files = scan.kind === 'files' ? await stage(scan.files, scan.format, folder, run) : [];
    const session = await Session.open({ memoryLimit: this.#settings.memoryLimit, threads: this.#settings.threads, folder, readable: files.map(({ path }) => path), diagnose: (error, signal) => diagnose(error, files, scan.kind === 'files' ? scan.format : 'jsonl', signal) });
    this.#sessions.push(session);
    if (scan.kind === 'batches') {
      const { rows, ...table } = await tableOf(session, scan.name, scan.batches, run);
      return new DuckDbRelation(session, table, run, rows);
    }
    const table = await read(session, scan, files, run);
    return new DuckDbRelation(session, scan.unique === undefined ? table : { ...table, unique: scan.unique }, run);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.splice(0).reverse()) await session[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function read(session: Session, scan: Scan & { readonly kind: 'files' }, files: readonly StagedFile[], run: Run): Promise<Table> {
  switch (scan.format) {
    case 'csv': return csvTable(scan.name, files);
    case 'jsonl': return jsonLinesTable(session, scan.name, files, run);
    case 'parquet': return parquetTable(session, scan.name, files, run);
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
