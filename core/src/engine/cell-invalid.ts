import { ByomlError } from '../contracts/errors.ts';

/** Where a cell stands; `row` counts the data's rows from 1. */
export interface CellPlace {
  readonly table: string;
  readonly column: string;
  readonly row: number;
}

const shown = 80;

/** How a cell's content appears in a message: quoted, cut after 80 characters. */
export function quoted(cell: unknown): string {
  if (cell === null || cell === undefined) return 'nothing';
  const text = typeof cell === 'string' ? cell : (JSON.stringify(cell) ?? typeof cell);
  return JSON.stringify(text.length > shown ? `${text.slice(0, shown)}…` : text);
}

/** CELL_INVALID: `files/table (a.csv): column "count" row 17: expected number, received "x"`. */
export function cellInvalid({ table, column, row }: CellPlace, expected: string, received: unknown): ByomlError {
  return new ByomlError('CELL_INVALID', `${table}: column "${column}" row ${row}: expected ${expected}, received ${quoted(received)}`, { details: { table, column, row, expected, received: quoted(received) } });
}

/** ENCODING_INVALID for a NUL character inside a text cell. */
export const nulInCell = ({ table, column, row }: CellPlace): ByomlError =>
  new ByomlError('ENCODING_INVALID', `${table}: column "${column}" row ${row} holds a NUL character`, { details: { table, column, row } });
