import { ByomlError, type CellType, type Run } from '@byoml/core';
import { cellCheck, cellInvalid, nulInCell, type PlannedColumn } from '@byoml/core/engine';
import { constant, convert, sqlType, storedFor, text } from './conversion.ts';
import { literal } from './dialect.ts';
import type { Session } from './session.ts';
import type { Field, Table } from './table.ts';

/** One column of an encoded table. */
export interface Wanted {
  readonly name: string;
  readonly type: CellType;
  /** Absent when the data lacks the column and the default fills it. */
  readonly field: Field | undefined;
  /** Absent where cells are taken as they are. */
  readonly plan?: PlannedColumn;
}

export interface Encoded {
  readonly table: Table;
  readonly rows: number;
}

const isText = (type: CellType): boolean => type === 'text' || type === 'other';

/**
 * Reads the wanted columns once, typed and checked, into a table whose text columns are dictionaries (ENUM).
 * An ENUM cast keeps the order of rows, which a join with a table of ids does not.
 */
export async function encode(session: Session, table: Table, wanted: readonly Wanted[], run: Run): Promise<Encoded> {
  const typed = session.fresh('typed');
  const values = wanted.map((column, i) => `${valueOf(column)} AS c${i}`);
  const bad = wanted.map(badOf).filter((sql) => sql !== 'false');
  await session.execute(`CREATE TABLE ${typed} AS SELECT ${[...values, `(${bad.join(' OR ') || 'false'}) AS bad`].join(', ')} FROM (${table.from})`, run);
  const rows = await checkFilled(session, table, typed, wanted, run);
  await checkNumbers(session, table, typed, wanted, run);
  const coded = session.fresh('coded');
  const fields: Field[] = [];
  for (const [i, column] of wanted.entries()) fields.push(await fieldFor(session, { table, typed, column, at: `c${i}` }, run));
  const cells = fields.map(({ column, stored }) => (stored === 'ENUM' ? `CAST(${column} AS ${enumOf(typed, column)}) AS ${column}` : column));
  await session.execute(`CREATE TABLE ${coded} AS SELECT ${cells.join(', ')} FROM ${typed}`, run);
  await session.execute(`DROP TABLE ${typed}`, run);
  return { table: { name: table.name, from: `SELECT * FROM ${coded}`, fields }, rows };
}

function valueOf({ field, type, plan }: Wanted): string {
  const fallback = plan?.default === undefined ? undefined : constant(type, plan.default);
  if (!field) return fallback ?? `CAST(NULL AS ${sqlType[type]})`;
  const { value } = convert(field, type);
  return fallback === undefined ? value : `COALESCE(${value}, ${fallback})`;
}

const badOf = ({ field, type, plan }: Wanted): string => (field && plan ? convert(field, type).bad : 'false');

const enumOf = (typed: string, column: string): string => `${typed}_${column}`;

/** How many rows there are; throws for the first with a cell that is not of its type, or that is empty although required. */
async function checkFilled(session: Session, table: Table, typed: string, wanted: readonly Wanted[], run: Run): Promise<number> {
  const empty = wanted.flatMap(({ plan }, i) => (plan?.required ? [`c${i} IS NULL`] : []));
  const [[rows, found] = []] = await session.rows(`SELECT count(*), min(rowid) FILTER (WHERE ${['bad', ...empty].join(' OR ')}) FROM ${typed}`, run);
  if (found === null || found === undefined) return Number(rows);
  const row = Number(found);
  const looked = wanted.filter(({ field, plan }) => field && plan);
  const cells = looked.flatMap((column) => [text(column.field as Field), convert(column.field as Field, column.type).bad]);
  const [raw = []] = await session.rows(`SELECT ${cells.join(', ')} FROM (SELECT * FROM (${table.from}) LIMIT 1 OFFSET ${row})`, run);
  for (const [i, { name, plan }] of looked.entries()) {
    const [cell, bad] = [raw[2 * i], raw[2 * i + 1]];
    if (bad === true || (plan?.required && (cell === null || cell === ''))) throw cellInvalid({ table: table.name, column: name, row: row + 1 }, expectedOf(plan as PlannedColumn), cell);
  }
  throw new ByomlError('FILE_CORRUPT', `${table.name}: row ${row + 1} changed while it was read`);
}

const described: Partial<Record<CellType, string>> = { day: 'UTC day such as 2026-11-24', instant: 'ISO 8601 time', texts: 'JSON list of texts', numbers: 'JSON list of numbers' };

const expectedOf = ({ type, schema }: PlannedColumn): string => described[type] ?? cellCheck(schema).expected;

async function checkNumbers(session: Session, table: Table, typed: string, wanted: readonly Wanted[], run: Run): Promise<void> {
  const numeric = wanted.flatMap(({ name, type, plan }, i) => (plan && (type === 'number' || type === 'integer') ? [{ name, column: `c${i}`, check: cellCheck(plan.schema) }] : []));
  if (numeric.length === 0) return;
  let row = 0;
  for await (const chunk of session.stream(`SELECT ${numeric.map(({ column }) => `COALESCE(CAST(${column} AS DOUBLE), 'nan'::DOUBLE)`).join(', ')} FROM ${typed}`, run)) {
    for (const [i, { name, check }] of numeric.entries()) {
      const cells = chunk.items(i);
      const at = check.firstBadNumber(cells);
      if (at >= 0) throw cellInvalid({ table: table.name, column: name, row: row + at + 1 }, check.expected, cells[at]);
    }
    row += chunk.length;
  }
}

interface Column {
  readonly table: Table;
  readonly typed: string;
  readonly column: Wanted;
  readonly at: string;
}

async function fieldFor(session: Session, { table, typed, column, at }: Column, run: Run): Promise<Field> {
  const { name, type, plan } = column;
  if (!isText(type)) return { name, type, column: at, stored: storedFor[type] };
  const distinct = session.fresh('texts');
  await session.execute(`CREATE TABLE ${distinct} AS SELECT DISTINCT ${at} AS text FROM ${typed} WHERE ${at} IS NOT NULL ORDER BY text`, run);
  const dictionary = await texts(session, distinct, run);
  if (plan) await checkTexts(session, { table, typed, column, at }, dictionary, run);
  await session.execute(`CREATE TYPE ${enumOf(typed, at)} AS ENUM (SELECT text FROM ${distinct} ORDER BY text)`, run);
  await session.execute(`DROP TABLE ${distinct}`, run);
  return { name, type, column: at, stored: 'ENUM', dictionary };
}

const block = 100_000;

/** All texts of a table in order: as JSON, which crosses many times faster than single strings. */
async function texts(session: Session, table: string, run: Run): Promise<readonly string[]> {
  const blocks = await session.rows(`SELECT to_json(list(text ORDER BY rowid)) FROM ${table} GROUP BY rowid // ${block} ORDER BY rowid // ${block}`, run);
  return blocks.flatMap(([json]) => JSON.parse(json as string) as string[]);
}

const told = 1000;

async function checkTexts(session: Session, { table, typed, column: { name, plan }, at }: Column, dictionary: readonly string[], run: Run): Promise<void> {
  if (!plan) return;
  const check = cellCheck(plan.schema);
  const unfit = dictionary.filter((entry) => entry.includes('\0') || !check.fits(entry)).slice(0, told);
  if (unfit.length === 0) return;
  const [[row, cell] = []] = await session.rows(`SELECT rowid, ${at} FROM ${typed} WHERE ${at} IN (${unfit.map(literal).join(', ')}) ORDER BY rowid LIMIT 1`, run);
  const place = { table: table.name, column: name, row: Number(row) + 1 };
  throw String(cell).includes('\0') ? nulInCell(place) : cellInvalid(place, check.expected, cell);
}
