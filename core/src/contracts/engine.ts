import type { Batches, Columns } from './columns.ts';
import type { CellType } from './cells.ts';
import type { FileFormat, Scan } from './data-source.ts';
import type { Run } from './run.ts';
import { token, type Token } from './services.ts';
import type { Dialect, ViewDefinition } from './view.ts';

export interface RelationColumn {
  readonly name: string;
  readonly type: CellType;
}

/** What training an engine can do by itself, by name; each takes its own settings. */
export type Trainers = Readonly<Record<string, (relation: Relation, settings: unknown, run: Run) => Promise<unknown>>>;

/** A table inside an engine. Relations are immutable: each method returns a new one. Row order is the order of the input. */
export interface Relation<C extends Columns = Columns> {
  readonly columns: readonly RelationColumn[];
  /** The view's rows. Missing required columns throw COLUMNS_MISSING. `settings` are the parsed settings of the view. */
  view(view: ViewDefinition, settings: unknown, run: Run): Promise<Relation>;
  /**
   * Only these columns, converted to their types and checked: defaults fill empty cells, absent optional columns stay absent,
   * a missing column throws COLUMNS_MISSING, a cell that does not fit throws CELL_INVALID with column, row (1-based) and value.
   */
  project<Out extends Columns>(columns: Out, run: Run): Promise<Relation<Out>>;
  /** Rows by column: text as DictionaryColumn whose dictionary all batches share, numbers as typed arrays. */
  batches(run: Run): Batches<C>;
  count(): Promise<number>;
  /** The same rows with further columns put beside them, row for row; a different number of rows throws ROWS_MISALIGNED. */
  append(columns: Batches, run: Run): Promise<Relation>;
  /** Writes all rows to a file path, compressed when it ends in `.gz`; replaces the file only when everything is written. */
  write(path: string, format: FileFormat, run: Run): Promise<{ readonly rows: number }>;
}

/** Reads scans and runs views: DuckDB in this process, or Spark. Releases everything it made when disposed. */
export interface Engine extends AsyncDisposable {
  readonly dialect: Dialect;
  readonly trainers: Trainers;
  open(scan: Scan, run: Run): Promise<Relation>;
}

/** The engine of the current run, for sinks that let it write their files. */
export const Engine: Token<Engine> = token<Engine>('engine');
