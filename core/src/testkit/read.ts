import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Batches, Column } from '../contracts/columns.ts';
import type { Cells } from './table.ts';

/** All rows of a stream as objects without empty cells; asserts that every column of a batch has its length. */
export async function readRows(data: Batches): Promise<Cells[]> {
  const read: Cells[] = [];
  for await (const { length, columns } of data) {
    const held = Object.entries(columns as Record<string, Column<unknown>>);
    for (const [name, column] of held) assert.equal(column.length, length, `cells of "${name}" in a batch of ${length} rows`);
    for (let i = 0; i < length; i++) read.push(withoutEmpty(held.map(([name, column]) => [name, column.at(i)])));
  }
  return read;
}

/** NaN is how a typed array holds an empty cell. */
const isEmpty = (cell: unknown): boolean => cell === undefined || cell === null || Number.isNaN(cell);

/** A row of the cells that are not empty. */
export const withoutEmpty = (entries: Iterable<readonly [string, unknown]>): Cells => Object.fromEntries([...entries].filter(([, cell]) => !isEmpty(cell)));

/** Asserts equal rows, naming only the first that differs: a difference of long tables is no message. */
export function assertRows(actual: readonly object[], expected: readonly object[], what: string): void {
  const differs = expected.findIndex((row, i) => !isDeepStrictEqual(actual[i], row));
  if (differs >= 0) assert.deepEqual(actual[differs], expected[differs], `${what}: row ${differs + 1} is ${JSON.stringify(actual[differs])}, expected ${JSON.stringify(expected[differs])}`);
  assert.equal(actual.length, expected.length, `${what}: rows`);
}
