import type { Run } from '@byoml/core';
import { literal } from './dialect.ts';
import type { Session } from './session.ts';
import type { StagedFile } from './staged-file.ts';
import { fieldFor, renamed, type Table } from './table.ts';

/** Parquet files; columns are matched by name where files differ. */
export async function parquetTable(session: Session, name: string, files: readonly StagedFile[], run: Run): Promise<Table> {
  const read = `read_parquet([${files.map(({ path }) => literal(path)).join(', ')}], union_by_name = true, hive_partitioning = false)`;
  const described = await session.rows(`DESCRIBE SELECT * FROM ${read}`, run);
  const columns = described.map(([column, type]) => ({ column: String(column), type: String(type) }));
  return {
    name,
    from: renamed(read, columns.map(({ column }) => column)),
    fields: columns.map(({ column, type }, i) => fieldFor(column, `c${i}`, type)),
  };
}
