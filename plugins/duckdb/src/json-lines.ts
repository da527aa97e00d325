import type { CellType, Run } from '@byoml/core';
import { ident, literal } from './dialect.ts';
import type { Session } from './session.ts';
import type { StagedFile } from './staging.ts';
import type { Field, Table } from './table.ts';

/** Records looked at before the first read, to know the columns. */
const sampled = 2048;

/** JSON Lines files. Only the keys that are asked for are taken out of the records. */
export async function jsonLinesTable(session: Session, name: string, files: readonly StagedFile[], run: Run): Promise<Table> {
  const paths = files.filter(({ bytes }) => bytes > 0).map(({ path }) => path);
  if (paths.length === 0) return nothing(name);
  const narrow = (names: readonly string[], nested: ReadonlySet<string>): Table => {
    const fields = names.map((key, i): Field => ({ name: key, column: `c${i}`, stored: nested.has(key) ? 'JSON' : 'VARCHAR', type: nested.has(key) ? 'other' : 'text' }));
    return { name, fields, from: select(paths, fields), narrow };
  };
  const whole = (structure: Structure): Table => {
    const fields = Object.entries(structure).map(([key, shape], i): Field => ({ name: key, column: `c${i}`, stored: 'JSON', type: typeOf(shape) }));
    return { name, fields, from: select(paths, fields), narrow };
  };
  const head = await structure(session, `(SELECT json FROM ${objects(paths)} LIMIT ${sampled})`, run);
  if (Object.keys(head).length === 0 && (await isBlank(session, paths, run))) return nothing(name);
  const complete = async (later: Run): Promise<Table> => {
    const all = await structure(session, objects(paths), later);
    // Threads meet rare keys in any order: keys of the sample keep theirs, the rest follow by name.
    const order = [...Object.keys(head), ...Object.keys(all).filter((key) => !(key in head)).sort()];
    return whole(Object.fromEntries(order.map((key) => [key, all[key]])));
  };
  return { ...whole(head), complete };
}

const nothing = (name: string): Table => ({ name, from: 'SELECT 1 AS c0 WHERE false', fields: [], empty: true });

async function isBlank(session: Session, paths: readonly string[], run: Run): Promise<boolean> {
  return (await session.rows(`SELECT 1 FROM ${objects(paths)} LIMIT 1`, run)).length === 0;
}

type Structure = Readonly<Record<string, unknown>>;

const list = (paths: readonly string[]): string => `[${paths.map(literal).join(', ')}]`;
// Room for a line of 4 MiB; a smaller buffer also lets small files be read in parallel.
const options = "format = 'newline_delimited', hive_partitioning = false, maximum_object_size = 4194304";

const objects = (paths: readonly string[]): string => `read_json_objects(${list(paths)}, ${options})`;

function select(paths: readonly string[], fields: readonly Field[]): string {
  // A record needs at least one column; an unlikely key stands in when none is wanted.
  if (fields.length === 0) return `SELECT "" AS c0 FROM read_json(${list(paths)}, ${options}, records = true, columns = {'': 'VARCHAR'})`;
  const columns = fields.map(({ name, stored }) => `${literal(name)}: '${stored}'`).join(', ');
  return `SELECT ${fields.map(({ name, column }) => `${ident(name)} AS ${column}`).join(', ')} FROM read_json(${list(paths)}, ${options}, records = true, columns = {${columns}})`;
}

async function structure(session: Session, from: string, run: Run): Promise<Structure> {
  const [[json] = []] = await session.rows(`SELECT json_group_structure(json) FROM ${from}`, run);
  const shape: unknown = json === null || json === undefined ? {} : JSON.parse(json as string);
  if (typeof shape === 'object' && shape !== null && !Array.isArray(shape)) return shape as Structure;
  throw await session.failure(new Error('Invalid Input Error: a record is not an object'), run.signal);
}

const numeric = /^U?(?:BIGINT|HUGEINT|INTEGER)$|^DOUBLE$/u;

function typeOf(shape: unknown): CellType {
  if (Array.isArray(shape)) return ({ text: 'texts', number: 'numbers' } as const)[typeOf(shape[0]) as 'text' | 'number'] ?? 'other';
  if (typeof shape !== 'string') return 'other';
  if (numeric.test(shape)) return 'number';
  if (shape === 'BOOLEAN') return 'boolean';
  return shape === 'VARCHAR' || shape === 'NULL' ? 'text' : 'other';
}
