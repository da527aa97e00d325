import { join } from 'node:path';
import type { CellType, Run } from '@byoml/core';
import { ident, literal } from './dialect.ts';
import { sampleOf, type Shape } from './json-sample.ts';
import { filterLines } from './line-filter.ts';
import { merged } from './merged.ts';
import type { LineHelpers } from './line-helpers.ts';
import type { Session } from './session.ts';
import type { StagedFile } from './staged-file.ts';
import type { Field, Narrowing, Table } from './table.ts';

type Shapes = Readonly<Record<string, Shape>>;

export interface JsonLines {
  readonly files: readonly StagedFile[];
  readonly helpers: LineHelpers;
}

/** JSON Lines files. Only the keys that are asked for are taken out of the records. */
export async function jsonLinesTable(session: Session, name: string, { files, helpers }: JsonLines, run: Run): Promise<Table> {
  const filled = files.filter(({ bytes }) => bytes > 0);
  const large = filled.reduce((sum, { bytes }) => sum + bytes, 0) >= worthFiltering;
  // Where lines may be rejected first, files are merged only if they are not.
  const paths = large ? filled.map(({ path }) => path) : await merged(filled, join(session.folder, session.fresh('merged')), run);
  const { keys, whole } = await sampleOf(filled);
  const unknown = Object.keys(keys).length === 0;
  if (filled.length === 0 || (unknown && (await isBlank(session, paths, run)))) return nothing(name);
  const complete = async (later: Run): Promise<Table> => {
    const all = await structure(session, paths, later);
    // Threads meet rare keys in any order: keys of the sample keep theirs, the rest follow by name.
    const order = [...Object.keys(keys), ...Object.keys(all).filter((key) => !(key in keys)).sort()];
    return tableOf(name, paths, Object.fromEntries(order.map((key) => [key, all[key] ?? 'NULL'])));
  };
  return { ...tableOf(name, paths, keys), ...(whole ? {} : { complete }), ...(large ? { holding: (bytes, wanted, later) => held(session, { name, files: filled, helpers, bytes }, wanted, later) } : {}) };
}

interface Held extends JsonLines {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The table without lines that lack some bytes, where most lines do; else of all lines. */
async function held(session: Session, { name, files, helpers, bytes }: Held, wanted: Narrowing, run: Run): Promise<Table> {
  try {
    const kept = await filterLines({ files, bytes, helpers, kept: join(session.folder, session.fresh('kept')) }, run);
    return narrowed(name, kept ?? (await merged(files, join(session.folder, session.fresh('merged')), run)), wanted);
  } catch (error) {
    throw await session.failure(error, run.signal);
  }
}

/** Files this small are parsed before a look at their lines would pay. */
const worthFiltering = 16_777_216;

const nothing = (name: string): Table => ({ name, from: 'SELECT 1 AS c0 WHERE false', fields: [], empty: true });

function tableOf(name: string, paths: readonly string[], shapes: Shapes): Table {
  const fields = Object.entries(shapes).map(([key, shape], i): Field => ({ name: key, column: `c${i}`, stored: 'JSON', type: typeOf(shape) }));
  return { name, fields, from: select(paths, fields), narrow: (wanted) => narrowed(name, paths, wanted) };
}

function narrowed(name: string, paths: readonly string[], { names, nested }: Narrowing): Table {
  const fields = names.map((key, i): Field => ({ name: key, column: `c${i}`, stored: nested.has(key) ? 'JSON' : 'VARCHAR', type: nested.has(key) ? 'other' : 'text' }));
  return { name, fields, from: select(paths, fields) };
}

async function isBlank(session: Session, paths: readonly string[], run: Run): Promise<boolean> {
  return (await session.rows(`SELECT 1 FROM ${objects(paths)} LIMIT 1`, run)).length === 0;
}

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

/** All keys of all records, with the shapes of their values. */
async function structure(session: Session, paths: readonly string[], run: Run): Promise<Shapes> {
  const [[json] = []] = await session.rows(`SELECT json_group_structure(json) FROM ${objects(paths)}`, run);
  const shape: unknown = json === null || json === undefined ? {} : JSON.parse(json as string);
  if (typeof shape === 'object' && shape !== null && !Array.isArray(shape)) return shape as Shapes;
  throw await session.failure(new Error('Invalid Input Error: a record is not an object'), run.signal);
}

const numeric = /^U?(?:BIGINT|HUGEINT|INTEGER)$|^DOUBLE$/u;

function typeOf(shape: Shape): CellType {
  if (Array.isArray(shape)) return ({ text: 'texts', number: 'numbers' } as const)[typeOf(shape[0] as Shape) as 'text' | 'number'] ?? 'other';
  if (typeof shape !== 'string') return 'other';
  if (numeric.test(shape)) return 'number';
  if (shape === 'BOOLEAN') return 'boolean';
  return shape === 'VARCHAR' || shape === 'NULL' ? 'text' : 'other';
}
