import type { SQLInputValue } from 'node:sqlite';
import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';
import type { Database, Row } from './database.ts';

/** A table whose columns are the fields of its record, in the order of the schema. */
export interface TableDefinition<Record> {
  readonly name: string;
  readonly key: ReadonlyArray<keyof Record & string>;
  readonly row: z.ZodObject & z.ZodType<Record>;
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Writes records as rows and reads them back, checked. */
export class Table<Record extends object> {
  readonly #database: Database;
  readonly #definition: TableDefinition<Record>;
  readonly #columns: readonly string[];
  readonly #insert: string;
  readonly #upsert: string;

  constructor(database: Database, definition: TableDefinition<Record>) {
    this.#database = database;
    this.#definition = definition;
    this.#columns = Object.keys(definition.row.shape);
    const { name, key } = definition;
    const others = this.#columns.filter((column) => !key.includes(column as keyof Record & string));
    this.#insert = `insert into ${name} (${listed(this.#columns)}) values (${this.#columns.map(() => '?').join(', ')})`;
    this.#upsert = `${this.#insert} on conflict (${listed(key)}) do update set ${others.map((column) => `"${column}" = excluded."${column}"`).join(', ')}`;
  }

  insert(record: Record): void {
    this.#write(this.#insert, record);
  }

  /** Replaces the record of the same key. */
  put(record: Record): void {
    this.#write(this.#upsert, record);
  }

  /** Returns false, and writes nothing, where the key exists. */
  insertNew(record: Record): boolean {
    return this.#write(`${this.#insert} on conflict (${listed(this.#definition.key)}) do nothing`, record) > 0;
  }

  /** `tail` follows the table's name: where, order and limit. */
  select(tail: string, values: readonly SQLInputValue[] = []): Record[] {
    return this.#database.all(`select ${listed(this.#columns)} from ${this.#definition.name}${tail}`, values).map((row) => this.#decoded(row));
  }

  first(tail: string, values: readonly SQLInputValue[]): Record | null {
    return this.select(`${tail} limit 1`, values)[0] ?? null;
  }

  /** The record as it is stored, for comparing what two of them say. */
  encoded(record: Record): Row {
    const { name, key, row } = this.#definition;
    const result = z.safeEncode(row, record as never);
    if (result.success) return result.data as Row;
    throw new ByomlError('INTERNAL', `${name} ${this.#named(record as Row, key)}: ${z.prettifyError(result.error)}`, { cause: result.error });
  }

  #write(sql: string, record: Record): number {
    const row = this.encoded(record);
    return this.#database.run(sql, this.#columns.map((column) => row[column] as SQLInputValue));
  }

  #decoded(row: Row): Record {
    const result = z.safeDecode(this.#definition.row as z.ZodType<Record>, row as never);
    if (result.success) return result.data;
    const { name, key } = this.#definition;
    const [path, at] = [this.#database.path, this.#named(row, key)];
    throw new ByomlError('STATE_FAILED', `${path}: table ${name}, ${at}: ${z.prettifyError(result.error)}`, { cause: result.error, details: { path, table: name, key: at } });
  }

  #named(row: Row, key: readonly string[]): string {
    return key.map((column) => `${column} ${JSON.stringify(row[column])}`).join(', ');
  }
}
