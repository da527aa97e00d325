import { ByomlError, type Batch, type Batches, type CellType, type Column, type DictionaryColumn, type Run } from '@byoml/core';
import type { Session, StoredType } from './session.ts';
import type { Field, Stored, Table } from './table.ts';

const typeOfStored: Readonly<Record<StoredType, readonly [Stored, CellType]>> = {
  VARCHAR: ['VARCHAR', 'text'], DOUBLE: ['NUMBER', 'number'], INTEGER: ['NUMBER', 'integer'], BOOLEAN: ['BOOLEAN', 'boolean'], 'VARCHAR[]': ['VARCHAR[]', 'texts'], 'DOUBLE[]': ['DOUBLE[]', 'numbers'],
};

/** The rows of batches as a table of the engine. NaN is an empty cell. */
export async function tableOf(session: Session, name: string, batches: Batches, run: Run): Promise<Table & { readonly rows: number }> {
  const held = await untilTyped(batches);
  const { names, types } = held;
  if (names.length === 0) return { name, from: 'SELECT 1 AS c0 WHERE false', fields: [], rows: 0, empty: true };
  const table = session.fresh('batches');
  const rows = await session.load(table, types, cellsOf(name, held), run);
  const fields = names.map((column, i): Field => {
    const [stored, type] = typeOfStored[types[i] as StoredType];
    return { name: column, column: `c${i}`, stored, type };
  });
  const cells = fields.map(({ column }, i) => (types[i] === 'DOUBLE' ? `CASE WHEN isnan(${column}) THEN NULL ELSE ${column} END AS ${column}` : column));
  return { name, from: `SELECT ${cells.join(', ')} FROM ${table}`, fields, rows };
}

interface Held {
  readonly names: readonly string[];
  readonly types: readonly StoredType[];
  readonly first: readonly Batch[];
  readonly rest: AsyncIterator<Batch>;
}

/** Reads until a batch has told the type of every column; a column that stays empty is text. */
async function untilTyped(batches: Batches): Promise<Held> {
  const rest = batches[Symbol.asyncIterator]();
  const first: Batch[] = [];
  let types: Array<StoredType | undefined> = [];
  for (;;) {
    const next = await rest.next();
    if (next.done) break;
    first.push(next.value);
    const columns = Object.values(next.value.columns) as Column<unknown>[];
    types = columns.map((column, i) => types[i] ?? storedType(column));
    if (types.every((type) => type !== undefined)) break;
  }
  return { names: Object.keys(first[0]?.columns ?? {}), types: types.map((type) => type ?? 'VARCHAR'), first, rest };
}

function storedType(column: Column<unknown>): StoredType | undefined {
  if (column instanceof Int32Array || column instanceof Int16Array || column instanceof Uint8Array || column instanceof Uint16Array || column instanceof Int8Array) return 'INTEGER';
  if (ArrayBuffer.isView(column)) return 'DOUBLE';
  if ('dictionary' in column) return 'VARCHAR';
  for (const cell of column) if (cell !== null && cell !== undefined) return cellStored(cell);
  return undefined;
}

function cellStored(cell: unknown): StoredType {
  if (Array.isArray(cell)) return typeof cell[0] === 'number' ? 'DOUBLE[]' : 'VARCHAR[]';
  if (typeof cell === 'number') return 'DOUBLE';
  return typeof cell === 'boolean' ? 'BOOLEAN' : 'VARCHAR';
}

async function* cellsOf(name: string, { names, types, first, rest }: Held): AsyncGenerator<readonly ArrayLike<unknown>[]> {
  try {
    for (const batch of first) yield arrays(name, names, types, batch);
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield arrays(name, names, types, next.value);
  } finally {
    await rest.return?.();
  }
}

function arrays(name: string, names: readonly string[], types: readonly StoredType[], { length, columns }: Batch): readonly ArrayLike<unknown>[] {
  return names.map((column, i) => {
    const cells = (columns as Readonly<Record<string, Column<unknown>>>)[column];
    if (cells?.length !== length) throw new ByomlError('ROWS_MISALIGNED', `${name}: column "${column}" has ${cells?.length ?? 'no'} cells in a batch of ${length} rows`, { details: { column, rows: length } });
    return asArray(cells, types[i] as StoredType);
  });
}

function asArray(cells: Column<unknown>, type: StoredType): ArrayLike<unknown> {
  if (type === 'INTEGER') return cells instanceof Int32Array ? cells : Int32Array.from(cells as Iterable<number>);
  if (type === 'DOUBLE') return cells instanceof Float64Array ? cells : Float64Array.from({ length: cells.length }, (_, i) => (cells.at(i) as number | null | undefined) ?? Number.NaN);
  if ('dictionary' in cells) {
    const { codes, dictionary } = cells as DictionaryColumn;
    return Array.from(codes, (code) => dictionary[code]);
  }
  const plain = Array.isArray(cells) ? cells : Array.from({ length: cells.length }, (_, i) => cells.at(i));
  return type === 'VARCHAR' ? plain.map((cell) => (cell === null || cell === undefined ? null : String(cell))) : plain;
}
