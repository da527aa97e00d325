import type { Column } from '../../contracts/columns.ts';
import { numbers } from '../../contracts/numbers.ts';
import type { AlgorithmComponent } from '../component.ts';
import { accessesOf, scopesOf, type Accesses, type Scopes } from '../table/accesses.ts';
import { indexByDay, type DayIndex } from '../table/day-index.ts';
import type { Table } from '../table/table.ts';

/** Rows of several days, held by column; row i of every member is the same row. */
export interface DatedRows {
  readonly table: Table;
  readonly days: Int32Array;
  /** Null where the data does not tell. */
  readonly sourceHosts: Column<readonly string[]> | null;
  readonly firstSeen: Float64Array | null;
  readonly lastSeen: Float64Array | null;
}

/** The days that an algorithm learns from and scores, one after the other. */
export class History {
  readonly component: AlgorithmComponent;
  readonly rows: DatedRows;
  /** What the algorithm reads of the rows. */
  readonly table: Table;
  readonly scopes: Scopes;
  readonly accesses: Accesses | null;
  readonly index: DayIndex;
  readonly counts: Float64Array | null;

  /** `rows` may have columns that the algorithm does not read. `like` is a history of the same rows, whose indexes serve this one too. */
  constructor(component: AlgorithmComponent, rows: DatedRows, like?: History) {
    this.component = component;
    this.rows = rows;
    this.table = { rows: rows.table.rows, columns: Object.fromEntries(Object.keys(component.definition.input).flatMap((name) => (rows.table.columns[name] ? [[name, rows.table.columns[name]]] : []))) };
    this.scopes = like?.scopes ?? scopesOf(rows.table);
    this.accesses = like ? like.accesses : accessesOf(rows.table, this.scopes);
    this.index = like?.index ?? indexByDay(rows.days);
    const { count } = rows.table.columns;
    this.counts = count ? numbers(count as Column<number>) : null;
  }

  /** The same rows for another algorithm. */
  for(component: AlgorithmComponent): History {
    return component === this.component ? this : new History(component, this.rows, this);
  }

  /** Row numbers of the days from `from` (inclusive) to `to` (exclusive), in order of day. */
  between(from: number, to: number): Int32Array {
    const before = this.index.before(to);
    return before.subarray(this.index.before(from).length);
  }

  /** Distinct days with rows before `day`. */
  daysBefore(day: number): number {
    return this.index.days.filter((at) => at < day).length;
  }

  scope(row: number): string {
    return this.scopes.names[this.scopes.codes[row] as number] ?? '';
  }

  user(row: number): string {
    return this.accesses?.user.at(row) ?? '';
  }

  resource(row: number): string {
    return this.accesses?.resource.at(row) ?? '';
  }

  hosts(row: number): readonly string[] {
    return this.rows.sourceHosts?.at(row) ?? [];
  }

  count(row: number): number {
    return this.counts?.[row] ?? 1;
  }
}

/** One text for the parts of a key, whatever characters they hold. */
export const keyOf = (...parts: readonly string[]): string => parts.join('\0');
