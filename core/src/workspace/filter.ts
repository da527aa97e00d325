import type { Filter } from '../detection-file/index.ts';
import { isText, type StoredColumns } from '../detection/table/pick.ts';

/** Whether a row of these columns passes all filters. Patterns are tried once per distinct text. */
export function rowFilter(filters: readonly Filter[]): (columns: StoredColumns) => (row: number) => boolean {
  const met = filters.map(() => new Map<string, boolean>());
  return (columns) => {
    const tests = filters.map((filter, at) => cellTest(filter, columns, met[at] as Map<string, boolean>));
    return (row) => tests.every((test) => test(row));
  };
}

function cellTest(filter: Filter, columns: StoredColumns, met: Map<string, boolean>): (row: number) => boolean {
  const column = columns[filter.column];
  if (!column) return () => filter.matching === null;
  const passes = (text: string): boolean => {
    const known = met.get(text);
    if (known !== undefined) return known;
    const found = (filter.matching?.test(text) ?? true) && !(filter.notMatching?.test(text) ?? false);
    met.set(text, found);
    return found;
  };
  if (!isText(column)) return (row) => passes(textOf(column.at(row)));
  const { codes, dictionary } = column;
  return (row) => passes(dictionary[codes[row] as number] ?? '');
}

const textOf = (cell: unknown): string => (typeof cell === 'string' ? cell : cell === null || cell === undefined ? '' : JSON.stringify(cell));
