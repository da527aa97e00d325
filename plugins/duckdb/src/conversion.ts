import type { CellType } from '@byoml/core';
import { dialect, literal } from './dialect.ts';
import type { Field } from './table.ts';

/** A typed cell, and when the cell it was made from does not fit. */
export interface Conversion {
  readonly value: string;
  /** True where a cell is filled but is not of the type. */
  readonly bad: string;
}

/** The cell as text; NULL when it is empty. */
export function text({ stored, column }: Field): string {
  switch (stored) {
    case 'VARCHAR': return column;
    case 'JSON': return `json_extract_string(${column}, '$')`;
    case 'TIMESTAMP': return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
    case 'TIMESTAMPTZ': return `strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`;
    case 'VARCHAR[]': case 'DOUBLE[]': case 'NESTED': return `CAST(to_json(${column}) AS VARCHAR)`;
    default: return `CAST(${column} AS VARCHAR)`;
  }
}

const never = 'false';
const filled = (field: Field): string => `NULLIF(${text(field)}, '')`;

const parsed = (field: Field, value: string): Conversion => ({ value, bad: `(${filled(field)} IS NOT NULL AND ${value} IS NULL)` });

function number(field: Field): Conversion {
  const value = field.stored === 'NUMBER' ? `CAST(${field.column} AS DOUBLE)` : `TRY_CAST(${filled(field)} AS DOUBLE)`;
  const source = field.stored === 'NUMBER' ? field.column : filled(field);
  return { value, bad: `(${source} IS NOT NULL AND NOT COALESCE(isfinite(${value}), false))` };
}

function integer(field: Field): Conversion {
  const { value } = number(field);
  const source = field.stored === 'NUMBER' ? field.column : filled(field);
  return { value: `TRY_CAST(${value} AS INTEGER)`, bad: `(${source} IS NOT NULL AND NOT COALESCE(${value} = trunc(${value}) AND abs(${value}) < 2147483648, false))` };
}

function day(field: Field): Conversion {
  if (field.stored === 'DATE') return { value: field.column, bad: never };
  if (field.stored === 'NUMBER') return parsed(field, `(DATE '1970-01-01' + TRY_CAST(${field.column} AS INTEGER))`);
  if (field.stored === 'TIMESTAMP') return { value: `CAST(${field.column} AS DATE)`, bad: never };
  return parsed(field, dialect.utcDay(filled(field)));
}

function instant(field: Field): Conversion {
  if (field.stored === 'TIMESTAMP') return { value: field.column, bad: never };
  if (field.stored === 'DATE' || field.stored === 'TIMESTAMPTZ') return { value: `CAST(${field.column} AS TIMESTAMP)`, bad: never };
  if (field.stored === 'NUMBER') return parsed(field, `epoch_ms(TRY_CAST(${field.column} AS BIGINT))`);
  return parsed(field, dialect.timestamp(filled(field)));
}

function list(field: Field, of: 'VARCHAR' | 'DOUBLE'): Conversion {
  if (field.stored === `${of}[]`) return { value: field.column, bad: never };
  const json = field.stored === 'JSON' ? field.column : `CASE WHEN json_valid(${filled(field)}) THEN CAST(${filled(field)} AS JSON) END`;
  const value = `TRY_CAST(${json} AS ${of}[])`;
  return { value, bad: `(${filled(field)} IS NOT NULL AND (${value} IS NULL OR len(${value}) <> list_count(${value})))` };
}

/** Converts a field to what the engine delivers for a type. */
export function convert(field: Field, type: CellType): Conversion {
  switch (type) {
    case 'number': return number(field);
    case 'integer': return integer(field);
    case 'day': return day(field);
    case 'instant': return instant(field);
    case 'boolean': return field.stored === 'BOOLEAN' ? { value: field.column, bad: never } : parsed(field, `TRY_CAST(${filled(field)} AS BOOLEAN)`);
    case 'texts': return list(field, 'VARCHAR');
    case 'numbers': return list(field, 'DOUBLE');
    default: return { value: text(field), bad: never };
  }
}

/** A constant of a type, for defaults. */
export function constant(type: CellType, value: unknown): string {
  switch (type) {
    case 'number': return `CAST(${String(value)} AS DOUBLE)`;
    case 'integer': return `CAST(${String(value)} AS INTEGER)`;
    case 'boolean': return String(value);
    case 'day': return `(DATE '1970-01-01' + CAST(${String(value)} AS INTEGER))`;
    case 'instant': return `epoch_ms(CAST(${String(value)} AS BIGINT))`;
    case 'texts': return `CAST(CAST(${literal(JSON.stringify(value))} AS JSON) AS VARCHAR[])`;
    case 'numbers': return `CAST(CAST(${literal(JSON.stringify(value))} AS JSON) AS DOUBLE[])`;
    default: return literal(String(value));
  }
}

/** How a converted column is stored. */
export const storedFor: Readonly<Record<CellType, Field['stored']>> = {
  text: 'VARCHAR', other: 'VARCHAR', number: 'NUMBER', integer: 'NUMBER', day: 'DATE', instant: 'TIMESTAMP', boolean: 'BOOLEAN', texts: 'VARCHAR[]', numbers: 'DOUBLE[]',
};

/** The SQL type of a converted column. */
export const sqlType: Readonly<Record<CellType, string>> = {
  text: 'VARCHAR', other: 'VARCHAR', number: 'DOUBLE', integer: 'INTEGER', day: 'DATE', instant: 'TIMESTAMP', boolean: 'BOOLEAN', texts: 'VARCHAR[]', numbers: 'DOUBLE[]',
};
