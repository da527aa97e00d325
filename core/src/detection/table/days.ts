import type { Column } from '../../contracts/columns.ts';
import type { Table } from './table.ts';

const dayMs = 86_400_000;

/** A row without a day. */
export const noDay = -0x80000000;

/** UTC days since 1970 from `day`, else from `lastSeen`; `noDay` in rows that have neither; null where the data has no such column. */
export function daysOf({ rows, columns }: Table): Int32Array | null {
  const { day, lastSeen } = columns;
  if (day) return Int32Array.from({ length: rows }, (_, row) => wholeDay(day, row, 1));
  if (lastSeen) return Int32Array.from({ length: rows }, (_, row) => wholeDay(lastSeen, row, dayMs));
  return null;
}

function wholeDay(column: Column<unknown>, row: number, unit: number): number {
  const value = column.at(row);
  return typeof value === 'number' && Number.isFinite(value) ? Math.floor(value / unit) : noDay;
}

/** Monday to Friday, UTC: the working days of ad hoc mode (detections bring a calendar of their own). */
export const isWorkday = (day: number): boolean => mod(day + 3, 7) < 5; // day 0 was a Thursday, so 0 stands for Monday here

export const mod = (a: number, n: number): number => ((a % n) + n) % n;

export const isoDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
