import type { Calendar } from './detection.ts';

const dayMs = 86_400_000;
const noonMs = dayMs / 2;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Whether the time-zone data of this runtime has the name. Offsets such as `+01:00` are no names: they know no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/u.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).formatToParts(0).length > 0;
  } catch {
    return false;
  }
}

// A formatter costs a hundred times what it is used for; it follows from the calendar alone.
const formatters = new WeakMap<Calendar, Intl.DateTimeFormat>();

function formatterOf(calendar: Calendar): Intl.DateTimeFormat {
  const known = formatters.get(calendar);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', { timeZone: calendar.timeZone, calendar: 'iso8601', numberingSystem: 'latn', year: 'numeric', month: 'numeric', day: 'numeric' });
  formatters.set(calendar, made);
  return made;
}

/** The day on the calendar's wall at noon UTC of a UTC day; both as whole days since 1970-01-01. A day later than UTC's only where noon has passed midnight. */
export function localDay(calendar: Calendar, day: number): number {
  const parts = formatterOf(calendar).formatToParts(day * dayMs + noonMs);
  const number = (type: 'year' | 'month' | 'day'): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(number('year'), number('month') - 1, number('day')) / dayMs;
}

/** Whether people work on a UTC day: a workday of the calendar and no holiday, by the local date of its noon. */
export function isWorkday(calendar: Calendar, day: number): boolean {
  const local = localDay(calendar, day);
  const weekday = (((local + 3) % 7) + 7) % 7; // day 0 was a Thursday
  return calendar.workdays.includes(weekday) && !calendar.holidays.includes(local);
}
