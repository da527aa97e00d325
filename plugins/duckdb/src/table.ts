import type { CellType, Run } from '@byoml/core';
import { ident } from './dialect.ts';

/** How the engine stores a column; `OTHER` is anything that files may hold and nothing here computes with. */
export type Stored = 'VARCHAR' | 'JSON' | 'ENUM' | 'NUMBER' | 'BOOLEAN' | 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ' | 'VARCHAR[]' | 'DOUBLE[]' | 'NESTED' | 'OTHER';

export interface Field {
  readonly name: string;
  /** Its identifier in SQL: plain, so that names which differ only in letter case do not collide. */
  readonly column: string;
  readonly stored: Stored;
  readonly type: CellType;
  /** Of an ENUM column: its values in code order. */
  readonly dictionary?: readonly string[];
}

/** Columns to take out of records; `nested` ones keep their JSON. */
export interface Narrowing {
  readonly names: readonly string[];
  readonly nested: ReadonlySet<string>;
}

/** Rows in the order of the input, as a SELECT. Nothing is read until a statement runs. */
export interface Table {
  /** What messages call it: `files/table (accesses.csv)`. */
  readonly name: string;
  readonly from: string;
  /** All columns, or those of the first records where `complete` exists. */
  readonly fields: readonly Field[];
  /** The same rows with every column that any of them has. */
  readonly complete?: (run: Run) => Promise<Table>;
  /** Only these columns, absent ones too; reads nothing else. */
  readonly narrow?: (wanted: Narrowing) => Table;
  /** As `narrow`, without rows whose record lacks these bytes; undefined when that would not be faster. */
  readonly holding?: (bytes: Buffer, wanted: Narrowing, run: Run) => Promise<Table | undefined>;
  /** The column whose repeated values mark repeated rows. */
  readonly unique?: string;
  /** Whether the files hold nothing at all, not even a header. */
  readonly empty?: boolean;
}

export const fieldOf = (table: Table, name: string): Field | undefined => table.fields.find((field) => field.name === name);

const exact: Readonly<Record<string, readonly [Stored, CellType]>> = {
  VARCHAR: ['VARCHAR', 'text'], JSON: ['JSON', 'other'], BOOLEAN: ['BOOLEAN', 'boolean'], DATE: ['DATE', 'day'],
  'TIMESTAMP WITH TIME ZONE': ['TIMESTAMPTZ', 'instant'], 'VARCHAR[]': ['VARCHAR[]', 'texts'],
};
const numeric = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|UINTEGER|FLOAT|DOUBLE|DECIMAL.*)$/u;

function storedAs(duckType: string): readonly [Stored, CellType] {
  const known = exact[duckType];
  if (known) return known;
  if (numeric.test(duckType)) return ['NUMBER', 'number'];
  if (duckType.startsWith('TIMESTAMP')) return ['TIMESTAMP', 'instant'];
  if (duckType.startsWith('ENUM')) return ['OTHER', 'text'];
  if (duckType.endsWith('[]') && numeric.test(duckType.slice(0, -2))) return ['DOUBLE[]', 'numbers'];
  return /[[(]/u.test(duckType) ? ['NESTED', 'other'] : ['OTHER', 'text'];
}

/** A field for a column whose DuckDB type is known. */
export function fieldFor(name: string, column: string, duckType: string): Field {
  const [stored, type] = storedAs(duckType);
  return { name, column, stored, type };
}

/** A SELECT that gives columns of a query the plain identifiers of their fields. */
export const renamed = (query: string, names: readonly string[]): string => `SELECT ${names.map((name, i) => `${ident(name)} AS c${i}`).join(', ')} FROM ${query}`;
