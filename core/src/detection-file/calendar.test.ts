import { expect, test } from 'vitest';
import { isTimeZone, isWorkday, localDay } from './calendar.ts';
import type { Calendar } from './detection.ts';

const day = (text: string): number => Date.parse(`${text}T00:00Z`) / 86_400_000;
const of = (timeZone: string, holidays: string[] = [], workdays = [0, 1, 2, 3, 4]): Calendar => ({ timeZone, workdays, holidays: holidays.map(day) });

test('Monday to Friday are workdays, holidays are not', () => {
  const week = ['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'].map(day);
  expect(week.map((each) => isWorkday(of('UTC'), each))).toEqual([true, true, true, true, true, false, false]);
  expect(week.map((each) => isWorkday(of('Europe/Berlin', ['2026-11-25']), each))).toEqual([true, true, false, true, true, false, false]);
  expect(week.map((each) => isWorkday(of('Asia/Riyadh', [], [6, 0, 1, 2, 3]), each))).toEqual([true, true, true, true, false, false, true]);
});

test('a day is the local date of its noon', () => {
  const friday = day('2026-11-27');
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Pacific/Pago_Pago', 'Asia/Tokyo', 'Etc/GMT+12']) expect(localDay(of(zone), friday)).toBe(friday);
  for (const zone of ['Pacific/Auckland', 'Pacific/Kiritimati']) expect(localDay(of(zone), friday)).toBe(friday + 1);
  expect(isWorkday(of('Pacific/Auckland'), friday)).toBe(false);
  expect(isWorkday(of('Pacific/Auckland', ['2026-11-30']), day('2026-11-29'))).toBe(false);
});

test('days before 1970 have their weekday', () => {
  expect(isWorkday(of('UTC'), day('1969-12-27'))).toBe(false);
  expect(isWorkday(of('UTC'), day('1969-12-29'))).toBe(true);
});

test('a time zone is a name of the IANA database', () => {
  expect(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Calcutta', 'Europe/Nowhere', '+01:00', '', 'Berlin'].map(isTimeZone)).toEqual([true, true, true, true, false, false, false, false]);
});
