import { rename, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { cellType, type CellType } from '../../contracts/cells.ts';
import type { Batches, Columns } from '../../contracts/columns.ts';
import type { FileFormat } from '../../contracts/data-source.ts';
import type { Relation, RelationColumn } from '../../contracts/engine.ts';
import { ByomlError } from '../../contracts/errors.ts';
import type { Run } from '../../contracts/run.ts';
import { readRows } from '../read.ts';
import { cut, table, type Cells } from '../table.ts';

const dayMs = 86_400_000;

/** A cell from what a JSON file holds: days and moments from ISO 8601 text. */
function fromFile(type: CellType, cell: unknown): unknown {
  if (typeof cell !== 'string') return cell;
  if (type === 'day') return Math.floor(Date.parse(cell) / dayMs);
  return type === 'instant' ? Date.parse(cell) : cell;
}

function toFile(type: CellType, cell: unknown): unknown {
  if (type === 'day') return new Date((cell as number) * dayMs).toISOString().slice(0, 10);
  return type === 'instant' ? new Date(cell as number).toISOString() : cell;
}

function failWriting(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new ByomlError('WRITE_FAILED', `${path}: cannot be written`, { cause });
  };
}

/** Rows in memory as a relation; writes JSON Lines, runs no views. */
export class MemoryRelation implements Relation<any> {
  readonly columns: readonly RelationColumn[];
  readonly #name: string;
  readonly #rows: readonly Cells[];
  readonly #schemas: Columns | undefined;

  constructor(name: string, columns: readonly RelationColumn[], rows: readonly Cells[], schemas?: Columns) {
    this.columns = columns;
    this.#name = name;
    this.#rows = rows;
    this.#schemas = schemas;
  }

  view(): Promise<Relation> {
    return Promise.reject(new ByomlError('INTERNAL', 'the engine in memory runs no views'));
  }

  async project<Out extends Columns>(columns: Out, run: Run): Promise<Relation<Out>> {
    run.signal.throwIfAborted();
    const absent = Object.entries(columns).filter(([name]) => this.columns.every((held) => held.name !== name));
    const missing = absent.filter(([, schema]) => !schema.safeParse(undefined).success).map(([name]) => name);
    if (missing.length > 0) throw new ByomlError('COLUMNS_MISSING', `${this.#name}: no column ${missing.join(', ')}`, { details: { columns: missing } });
    const kept = Object.entries(columns).filter(([name, schema]) => !absent.some(([other]) => other === name) || schema.safeParse(undefined).data !== undefined);
    const typed = kept.map(([name, schema]) => ({ name, schema, type: cellType(schema) }));
    const rows = this.#rows.map((row, i) => Object.fromEntries(typed.map(({ name, schema, type }) => [name, this.#parsed(schema, name, fromFile(type, row[name] ?? undefined), i)])));
    return new MemoryRelation(this.#name, typed, rows, Object.fromEntries(kept)) as never;
  }

  #parsed(schema: Columns[string], name: string, cell: unknown, row: number): unknown {
    const parsed = schema.safeParse(cell);
    if (parsed.success) return parsed.data;
    throw new ByomlError('CELL_INVALID', `${this.#name}: column "${name}" row ${row + 1}: ${parsed.error.issues[0]?.message ?? 'invalid'}, received ${JSON.stringify(cell)}`, { details: { column: name, row: row + 1, value: cell } });
  }

  async *batches(run: Run): AsyncGenerator<any> {
    run.signal.throwIfAborted();
    if (!this.#schemas) throw new ByomlError('INTERNAL', `${this.#name}: project it before reading batches`);
    for (const part of cut(table(this.#schemas, this.#rows as never), 1024)) {
      run.signal.throwIfAborted();
      yield part;
    }
  }

  count(): Promise<number> {
    return Promise.resolve(this.#rows.length);
  }

  async append(columns: Batches, run: Run): Promise<Relation> {
    run.signal.throwIfAborted();
    const beside = await readRows(columns);
    if (beside.length !== this.#rows.length) throw new ByomlError('ROWS_MISALIGNED', `${beside.length} cells beside ${this.#rows.length} rows`);
    const names = [...new Set(beside.flatMap((row) => Object.keys(row)))];
    const rows = this.#rows.map((row, i) => ({ ...row, ...beside[i] }));
    const added = names.map((name) => ({ name, type: typeOf(beside.map((row) => row[name])) }));
    return new MemoryRelation(this.#name, [...this.columns, ...added], rows, this.#schemas && { ...this.#schemas, ...Object.fromEntries(added.map(({ name, type }) => [name, schemaOf(type)])) });
  }

  async write(path: string, _format: FileFormat, run: Run): Promise<{ readonly rows: number }> {
    run.signal.throwIfAborted();
    const lines = this.#rows.map((row) => `${JSON.stringify(Object.fromEntries(this.columns.map(({ name, type }) => [name, row[name] === undefined ? undefined : toFile(type, row[name])])))}\n`).join('');
    await writeFile(`${path}.part`, path.endsWith('.gz') ? gzipSync(lines) : lines).catch(failWriting(path));
    await rename(`${path}.part`, path);
    return { rows: this.#rows.length };
  }
}

const plainTypes: Readonly<Record<string, CellType>> = { string: 'text', number: 'number', boolean: 'boolean' };

/** What cells without a schema are. */
export function typeOf(cells: readonly unknown[]): CellType {
  const first = cells.find((cell) => cell !== undefined && cell !== null);
  return Array.isArray(first) ? 'texts' : plainTypes[typeof first] ?? 'other';
}

const schemas: Readonly<Partial<Record<CellType, z.ZodType>>> = { text: z.string(), number: z.number(), boolean: z.boolean() };

/** A schema for cells that came without one. */
const schemaOf = (type: CellType): z.ZodType => schemas[type] ?? z.any();
