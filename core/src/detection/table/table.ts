import type { Batches } from '../../contracts/columns.ts';
import type { Run } from '../../contracts/run.ts';
import { turn } from '../turn.ts';
import { growingColumn, type GrowingColumn } from './growing-column.ts';
import { pick, slice, type StoredColumns } from './pick.ts';

/** The rows to learn from, held once in memory by column, so that calibration can cut them by pair and by day. */
export interface Table {
  readonly rows: number;
  readonly columns: StoredColumns;
}

const batchRows = 65_536;

/** Reads all batches. Optional columns must be in all batches or in none. */
export async function readTable(batches: Batches, run: Run): Promise<Table> {
  const growing = new Map<string, GrowingColumn>();
  let rows = 0;
  for await (const { length, columns } of batches) {
    await turn(run);
    for (const [name, column] of Object.entries(columns)) {
      if (column === undefined) continue;
      const grown = growing.get(name) ?? growingColumn(column);
      growing.set(name, grown);
      grown.append(column);
    }
    rows += length;
    run.progress({ done: rows, unit: 'rows read' });
  }
  return { rows, columns: Object.fromEntries([...growing].map(([name, column]) => [name, column.finish()])) };
}

/** All rows, or the given ones (0-based), as batches that can be iterated again. */
export function tableBatches({ rows, columns }: Table, run: Run, chosen?: Int32Array): Batches {
  const total = chosen?.length ?? rows;
  return {
    async *[Symbol.asyncIterator]() {
      for (let from = 0; from < total; from += batchRows) {
        await turn(run);
        const to = Math.min(total, from + batchRows);
        yield chosen ? pick(columns, chosen.subarray(from, to)) : slice(columns, from, to);
      }
    },
  };
}
