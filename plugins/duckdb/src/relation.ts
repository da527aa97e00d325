import { ByomlError, type Batch, type Batches, type Columns, type FileFormat, type Relation, type RelationColumn, type Run, type ViewDefinition } from '@byoml/core';
import { columnsMissing, planColumns } from '@byoml/core/engine';
import { tableOf } from './appended.ts';
import { readBatches } from './batches.ts';
import { encode, type Wanted } from './encode.ts';
import type { Session } from './session.ts';
import { fieldOf, type Field, type Table } from './table.ts';
import { withoutRepeats } from './unique.ts';
import { viewTable } from './view.ts';
import { writeTable } from './writing.ts';

/** A table of one session; what is costly to find out is found out once. */
export class DuckDbRelation<C extends Columns = Columns> implements Relation<C> {
  readonly columns: readonly RelationColumn[];
  readonly #session: Session;
  readonly #table: Table;
  readonly #run: Run;
  #whole: Promise<Table> | undefined;
  #encoded: Promise<Whole> | undefined;
  #count: Promise<number> | undefined;

  constructor(session: Session, table: Table, run: Run, count?: number) {
    this.#session = session;
    this.#table = table;
    this.#run = run;
    this.columns = table.fields.map(({ name, type }) => ({ name, type }));
    if (count !== undefined) this.#count = Promise.resolve(count);
  }

  async view(view: ViewDefinition, settings: unknown, run: Run): Promise<Relation> {
    return new DuckDbRelation(this.#session, await viewTable(this.#session, this.#table, view, settings, run), run);
  }

  async project<Out extends Columns>(columns: Out, run: Run): Promise<Relation<Out>> {
    const plan = planColumns(columns);
    const table = await this.#holding(plan.filter(({ required }) => required).map(({ name }) => name), plan.map(({ name }) => name), run);
    const wanted = plan.flatMap((column): Wanted[] => {
      const field = fieldOf(table, column.name);
      return field || column.default !== undefined || table.empty ? [{ name: column.name, type: column.type, field, plan: column }] : [];
    });
    const { table: encoded, rows } = await encode(this.#session, table, wanted, run);
    this.#count ??= Promise.resolve(rows);
    return new DuckDbRelation<Out>(this.#session, encoded, run, rows);
  }

  /** The table that has all `required` columns; of a file of records only what is `wanted` is read. */
  async #holding(required: readonly string[], wanted: readonly string[], run: Run): Promise<Table> {
    const lacks = (table: Table): string[] => required.filter((name) => !fieldOf(table, name));
    if (this.#table.unique !== undefined) return this.#checked(await this.#all(run), lacks);
    const table = this.#table.complete && wanted.some((name) => !fieldOf(this.#table, name)) ? await this.#all(run) : this.#table;
    const checked = this.#checked(table, lacks);
    return checked.narrow?.({ names: wanted.filter((name) => fieldOf(table, name)), nested: new Set() }) ?? checked;
  }

  #checked(table: Table, lacks: (table: Table) => string[]): Table {
    const missing = table.empty ? [] : lacks(table);
    if (missing.length > 0) throw columnsMissing(table.name, missing, table.fields.map(({ name }) => name));
    return table;
  }

  /** Every column of every row, repeats left out. */
  #all(run: Run): Promise<Table> {
    this.#whole ??= (async () => {
      const table = (await this.#table.complete?.(run)) ?? this.#table;
      return this.#table.unique === undefined ? table : withoutRepeats(this.#session, { ...table, unique: this.#table.unique }, run);
    })();
    return this.#whole;
  }

  async *batches(run: Run): AsyncGenerator<Batch<C>> {
    this.#encoded ??= this.#encode(run);
    const { table, holes } = await this.#encoded;
    for await (const batch of readBatches(this.#session, table, holes, run)) yield batch as Batch<C>;
  }

  async #encode(run: Run): Promise<Whole> {
    const whole = await this.#all(run);
    const isEncoded = whole.fields.every(({ type, stored }) => (type !== 'text' && type !== 'other') || stored === 'ENUM');
    const { table } = isEncoded ? { table: whole } : await encode(this.#session, whole, whole.fields.map((field) => ({ name: field.name, type: field.type, field })), run);
    return { table, holes: await this.#holes(table, run) };
  }

  /** Integer columns with an empty cell. */
  async #holes(table: Table, run: Run): Promise<ReadonlySet<string>> {
    const whole = table.fields.filter(({ type }) => type === 'day' || type === 'integer');
    if (whole.length === 0) return new Set();
    const [found = []] = await this.#session.rows(`SELECT ${whole.map(({ column }) => `count(*) > count(${column})`).join(', ')} FROM (${table.from})`, run);
    return new Set(whole.filter((_, i) => found[i] === true).map(({ name }) => name));
  }

  count(): Promise<number> {
    this.#count ??= (async () => {
      const { from } = this.#table.unique === undefined ? this.#table : await this.#all(this.#run);
      const [[rows] = []] = await this.#session.rows(`SELECT count(*) FROM (${from})`, this.#run);
      return Number(rows);
    })();
    return this.#count;
  }

  async append(columns: Batches, run: Run): Promise<Relation> {
    const whole = await this.#all(run);
    const added = await tableOf(this.#session, whole.name, columns, run);
    const rows = await this.count();
    if (added.rows !== rows) throw new ByomlError('ROWS_MISALIGNED', `${whole.name}: ${added.rows} rows were put beside ${rows}`, { details: { expected: rows, received: added.rows } });
    return new DuckDbRelation(this.#session, beside(whole, added), run, rows);
  }

  async write(path: string, format: FileFormat, run: Run): Promise<{ readonly rows: number }> {
    return writeTable(this.#session, await this.#all(run), path, format, run);
  }
}

interface Whole {
  readonly table: Table;
  readonly holes: ReadonlySet<string>;
}

/** Two tables row for row; a column of the right one takes the place of one of the same name. */
function beside(left: Table, right: Table): Table {
  const kept = left.fields.filter(({ name }) => !fieldOf(right, name));
  const fields = [...kept.map((field) => ({ from: 'l', field })), ...right.fields.map((field) => ({ from: 'r', field }))];
  return {
    name: left.name,
    from: `SELECT ${fields.map(({ from, field }, i) => `${from}.${field.column} AS c${i}`).join(', ')} FROM (${left.from}) l POSITIONAL JOIN (${right.from}) r`,
    fields: fields.map(({ field }, i): Field => ({ ...field, column: `c${i}` })),
  };
}
