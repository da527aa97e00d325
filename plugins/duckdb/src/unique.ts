import type { Run } from '@byoml/core';
import { text } from './conversion.ts';
import type { Session } from './session.ts';
import { fieldOf, type Table } from './table.ts';

/** The rows of a table read once, without those that repeat an earlier value of its unique column; rows without a value stay. */
export async function withoutRepeats(session: Session, table: Table, run: Run): Promise<Table> {
  const field = table.unique === undefined ? undefined : fieldOf(table, table.unique);
  if (!field) return table;
  const read = session.fresh('read');
  await session.execute(`CREATE TABLE ${read} AS ${table.from}`, run);
  const id = `NULLIF(${text(field)}, '')`;
  const [[repeats] = []] = await session.rows(`SELECT count(id) - count(DISTINCT id) FROM (SELECT ${id} AS id FROM ${read})`, run);
  const { unique: _, ...rest } = table;
  if (Number(repeats) === 0) return { ...rest, from: `SELECT * FROM ${read}` };
  return { ...rest, from: `SELECT * FROM ${read} WHERE ${id} IS NULL OR rowid IN (SELECT min(rowid) FROM ${read} GROUP BY ${id})` };
}
