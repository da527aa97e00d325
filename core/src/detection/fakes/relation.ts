import type { Batches, Columns } from '../../contracts/columns.ts';
import { dictionary } from '../../contracts/dictionary.ts';
import type { Relation } from '../../contracts/engine.ts';
import { ByomlError } from '../../contracts/errors.ts';
import type { Run } from '../../contracts/run.ts';
import { slice, type StoredColumns } from '../table/pick.ts';

export type FakeColumns = Readonly<Record<string, readonly string[] | Float64Array | Int32Array>>;

/** A run that nothing stops, or the given parts of one. */
export const fakeRun = (over: Partial<Run> = {}): Run => ({ id: 'run', seed: 1, signal: new AbortController().signal, progress: () => {}, ...over });

/** A relation over arrays: projects and iterates, nothing else. */
export function fakeRelation(columns: FakeColumns, batchRows = 1000): Relation {
  const stored = Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, ArrayBuffer.isView(cells) ? cells : dictionary(cells as string[])])) as StoredColumns;
  const rows = Object.values(stored)[0]?.length ?? 0;
  const unsupported = (): never => {
    throw new Error('not in this fake');
  };
  return {
    columns: Object.keys(columns).map((name) => ({ name, type: 'other' })),
    view: unsupported,
    append: unsupported,
    write: unsupported,
    count: async () => rows,
    project: async (wanted) => fakeRelation(projected(columns, wanted), batchRows) as never,
    batches: (run: Run): Batches => ({
      async *[Symbol.asyncIterator]() {
        for (let from = 0; from < rows; from += batchRows) {
          run.signal.throwIfAborted();
          yield slice(stored, from, Math.min(rows, from + batchRows));
        }
      },
    }),
  };
}

function projected(columns: FakeColumns, wanted: Columns): FakeColumns {
  const kept: Record<string, FakeColumns[string]> = {};
  for (const [name, schema] of Object.entries(wanted)) {
    const column = columns[name];
    if (column) kept[name] = column;
    else if (!schema.safeParse(undefined).success) throw new ByomlError('COLUMNS_MISSING', `column "${name}" is missing`);
  }
  return kept;
}
