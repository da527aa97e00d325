import type { Column } from '../../contracts/columns.ts';
import { growingColumn } from './growing-column.ts';
import { pick, type StoredColumns } from './pick.ts';

/** Rows by number (0-based) as if only they had been read: each text column has a dictionary of its own texts alone, in the order in which they appear. */
export const byThemselves = (columns: StoredColumns, rows: Int32Array): StoredColumns =>
  Object.fromEntries(Object.entries(pick(columns, rows).columns as StoredColumns).map(([name, column]) => [name, rewritten(column)]));

function rewritten(column: Column<unknown>): Column<unknown> {
  const own = growingColumn(column);
  own.append(column);
  return own.finish();
}
