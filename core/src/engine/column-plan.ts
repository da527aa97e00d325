import type { z } from 'zod';
import { cellType, type CellType } from '../contracts/cells.ts';
import type { Columns } from '../contracts/columns.ts';

/** What an engine must know of one column before it reads. */
export interface PlannedColumn {
  readonly name: string;
  readonly type: CellType;
  readonly schema: z.ZodType;
  /** Whether the data must have the column and every row a cell of it. */
  readonly required: boolean;
  /** Fills empty cells and absent columns; undefined when there is none. */
  readonly default: unknown;
}

/** Types, requirements and defaults of columns, from their schemas. */
export const planColumns = (columns: Columns): readonly PlannedColumn[] =>
  Object.entries(columns).map(([name, schema]) => {
    const empty = schema.safeParse(undefined);
    return { name, schema, type: cellType(schema), required: !empty.success, default: empty.data };
  });
