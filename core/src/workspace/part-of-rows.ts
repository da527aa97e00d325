import { byThemselves } from '../detection/table/by-themselves.ts';
import type { DayRows, DaySpan } from './rows.ts';

/**
 * The rows of some of the days, as if only these had been read: texts that others brought are gone. A training, an update and a
 * score see no more than their own days, so that it makes no difference what else a call had to read.
 */
export function partOfRows(rows: DayRows, { from, to }: DaySpan): DayRows {
  const numbers = Int32Array.from(rows.days.keys()).filter((row) => (rows.days[row] as number) >= from && (rows.days[row] as number) < to);
  const gather = (column: Float64Array | null): Float64Array | null => column && Float64Array.from(numbers, (row) => column[row] as number);
  const { sourceHosts } = rows;
  // Without rows there are no columns either: which there would be depends on what else was read.
  const columns = numbers.length === 0 ? {} : byThemselves(rows.table.columns, numbers);
  return {
    span: { from, to },
    table: { rows: numbers.length, columns },
    days: Int32Array.from(numbers, (row) => rows.days[row] as number),
    sourceHosts: sourceHosts && Array.from(numbers, (row) => sourceHosts.at(row) ?? []),
    firstSeen: gather(rows.firstSeen),
    lastSeen: gather(rows.lastSeen),
    records: new Map([...rows.records].filter(([day]) => day >= from && day < to)),
    undated: rows.undated,
    unmatched: (chosen) => rows.unmatched(Int32Array.from(chosen, (row) => numbers[row] as number)),
    files: rows.files,
    form: rows.form,
    leftOut: rows.leftOut,
  };
}
