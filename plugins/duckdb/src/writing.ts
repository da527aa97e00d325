import { randomUUID } from 'node:crypto';
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ByomlError, isByomlError, type FileFormat, type Run } from '@byoml/core';
import { text } from './conversion.ts';
import { ident, literal } from './dialect.ts';
import type { Session } from './session.ts';
import type { Field, Table } from './table.ts';

/** Writes all rows, then puts the file in place at once; a failure leaves what was there before. */
export async function writeTable(session: Session, table: Table, path: string, format: FileFormat, run: Run): Promise<{ readonly rows: number }> {
  const made = join(session.folder, `${session.fresh('write')}.${format}`);
  try {
    await writable(path);
    refuseSameNames(table.fields);
    const cells = await Promise.all(table.fields.map((field) => cellFor(session, table, field, format, run)));
    const select = `SELECT ${cells.map((cell, i) => `${cell} AS ${ident((table.fields[i] as Field).name)}`).join(', ')} FROM (${table.from})`;
    const rows = await session.execute(`COPY (${select}) TO ${literal(made)} (${options(format, path)})`, run);
    await moveInto(made, path);
    return { rows };
  } catch (error) {
    if (isByomlError(error) && !(error.code === 'MEMORY_EXCEEDED' && error.message.includes(basename(made)))) throw error;
    throw new ByomlError('WRITE_FAILED', `${path} could not be written: ${(error as Error).message}`, { details: { file: path }, cause: error });
  } finally {
    await rm(made, { force: true });
  }
}

/** DuckDB would rename the second of two such columns. */
function refuseSameNames(fields: readonly Field[]): void {
  const seen = new Map<string, string>();
  for (const { name } of fields) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) throw new Error(`the columns "${other}" and "${name}" differ only in letter case`);
    seen.set(name.toLowerCase(), name);
  }
}

async function writable(path: string): Promise<void> {
  const folder = await stat(dirname(path));
  if (!folder.isDirectory()) throw new Error(`${dirname(path)} is not a folder`);
  const target = await stat(path).catch(() => undefined);
  if (target?.isDirectory()) throw new Error('it is a folder');
}

function options(format: FileFormat, path: string): string {
  if (format === 'parquet') return 'FORMAT parquet, COMPRESSION zstd';
  const compression = path.endsWith('.gz') ? ', COMPRESSION gzip' : '';
  return format === 'csv' ? `FORMAT csv, HEADER true, DELIMITER ','${compression}` : `FORMAT json, ARRAY false${compression}`;
}

/** Beside the target first, where renaming is not possible across file systems. */
async function moveInto(made: string, path: string): Promise<void> {
  try {
    await rename(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyInto(made, path);
  }
}

async function copyInto(made: string, path: string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await copyFile(made, beside);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** A field as a file of the format holds it. */
async function cellFor(session: Session, table: Table, field: Field, format: FileFormat, run: Run): Promise<string> {
  const { column, stored } = field;
  if (format === 'csv') return text(field);
  if (stored === 'NUMBER' && format === 'jsonl') return `CASE WHEN isfinite(CAST(${column} AS DOUBLE)) THEN ${column} END`;
  if (stored === 'TIMESTAMP' || stored === 'TIMESTAMPTZ') return format === 'parquet' ? column : text(field);
  if (stored === 'JSON' && format === 'parquet') return parquetCell(session, table, field, run);
  return stored === 'ENUM' ? text(field) : column;
}

/** Parquet has no JSON: a column of numbers or booleans only becomes one, anything else text. */
async function parquetCell(session: Session, table: Table, { column, ...field }: Field, run: Run): Promise<string> {
  const kinds = await session.rows(`SELECT DISTINCT json_type(${column}) FROM (${table.from}) WHERE ${column} IS NOT NULL`, run);
  const all = (allowed: readonly string[]): boolean => kinds.length > 0 && kinds.every(([kind]) => allowed.includes(String(kind)));
  if (all(['BOOLEAN'])) return `CAST(${text({ ...field, column })} AS BOOLEAN)`;
  if (all(['UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT'])) return `CAST(${text({ ...field, column })} AS DOUBLE)`;
  return text({ ...field, column });
}
