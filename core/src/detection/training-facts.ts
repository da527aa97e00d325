import { numbers } from '../contracts/numbers.ts';
import type { Column } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import type { TrainingData } from './calibrate/training-data.ts';
import { isoDay, noDay } from './table/days.ts';

/** First and last day of the data, half-open; null when no row has a day. */
export function trainingWindow(days: Int32Array): { readonly from: string; readonly to: string } | null {
  let first = Infinity;
  let last = -Infinity;
  for (const day of days) {
    if (day === noDay) continue;
    if (day < first) first = day;
    if (day > last) last = day;
  }
  return last === -Infinity ? null : { from: isoDay(first), to: isoDay(last + 1) };
}

/** What is odd about the data although it can be learned from. `given` are the columns that the data came with, before defaults. */
export function dataWarnings({ table, accesses, days }: TrainingData, given: Relation['columns']): string[] {
  const warnings: string[] = [];
  if (accesses?.users.first.length === 1) warnings.push('all rows are of one user: nobody to compare with');
  if (accesses?.resource.dictionary.length === 1) warnings.push('all rows are of one resource: every access looks alike');
  if (given.some(({ name }) => name === 'count') && isConstant(table.columns['count'])) warnings.push('all counts are equal: how often an access happens cannot tell anything');
  const dayless = days?.reduce((rows, day) => rows + Number(day === noDay), 0) ?? 0;
  if (dayless > 0 && dayless < table.rows) warnings.push(`${dayless} of ${table.rows} rows have no day: their scopes are calibrated without time`);
  return warnings;
}

function isConstant(column: Column<unknown> | undefined): boolean {
  if (!column || column.length < 2) return false;
  const values = numbers(column as Column<number>);
  return values.every((value) => value === values[0]);
}
