import { dictionaryColumn, type Batch, type Column, type Run } from '@byoml/core';
import type { Chunk, Session } from './session.ts';
import type { Field, Table } from './table.ts';

/** Rows of one batch: enough that the cost of a call per batch vanishes, little enough to stay in cache. */
const batchRows = 65_536;

/** Gathers one column of a batch from chunks. */
interface Gatherer {
  readonly sql: string;
  take(chunk: Chunk, column: number, at: number): void;
  finish(length: number): Column<unknown>;
}

/** All rows of an encoded table; each call is a pass of its own. */
export async function* readBatches(session: Session, table: Table, holes: ReadonlySet<string>, run: Run): AsyncGenerator<Batch> {
  let gatherers = table.fields.map((field) => gatherer(field, holes));
  let length = 0;
  const columns = gatherers.length === 0 ? '1' : gatherers.map(({ sql }) => sql).join(', ');
  const finished = (): Batch => ({ length, columns: Object.fromEntries(table.fields.map(({ name }, i) => [name, (gatherers[i] as Gatherer).finish(length)])) });
  for await (const chunk of session.stream(`SELECT ${columns} FROM (${table.from})`, run)) {
    if (length + chunk.length > batchRows) {
      yield finished();
      gatherers = table.fields.map((field) => gatherer(field, holes));
      length = 0;
    }
    for (const [i, each] of gatherers.entries()) each.take(chunk, i, length);
    length += chunk.length;
  }
  if (length > 0) yield finished();
}

function gatherer(field: Field, holes: ReadonlySet<string>): Gatherer {
  const { column, type, dictionary = [] } = field;
  if (field.stored === 'ENUM') return typed(`COALESCE(CAST(enum_code(${column}) AS INTEGER), -1)`, new Int32Array(batchRows), (codes) => dictionaryColumn(codes as Int32Array, dictionary));
  const whole = type === 'day' ? `(${column} - DATE '1970-01-01')` : column;
  // An empty cell has no integer to stand for it: a column that has one is delivered as floats with NaN.
  if ((type === 'day' || type === 'integer') && !holes.has(field.name)) return typed(`CAST(${whole} AS INTEGER)`, new Int32Array(batchRows));
  if (type === 'instant') return typed(`COALESCE(CAST(epoch_us(${column}) AS DOUBLE) / 1000, 'nan'::DOUBLE)`, new Float64Array(batchRows));
  if (type === 'number' || type === 'day' || type === 'integer') return typed(`COALESCE(CAST(${whole} AS DOUBLE), 'nan'::DOUBLE)`, new Float64Array(batchRows));
  return listed(column);
}

function typed(sql: string, cells: Int32Array | Float64Array, wrap: (cells: Int32Array | Float64Array) => Column<unknown> = (all) => all): Gatherer {
  return {
    sql,
    take: (chunk, column, at) => cells.set(chunk.items(column), at),
    finish: (length) => wrap(length === cells.length ? cells : cells.slice(0, length)),
  };
}

function listed(sql: string): Gatherer {
  const cells: unknown[] = [];
  return { sql, take: (chunk, column) => void cells.push(...chunk.values(column)), finish: () => cells };
}
