const dayMs = 86_400_000;

/** Month and day of the holidays of the generated company, the same at all its sites. */
const holidays = new Set(['01-01', '01-19', '02-16', '04-03', '04-06', '05-01', '05-25', '07-03', '09-07', '10-02', '11-26', '12-24', '12-25', '12-31']);

/** Monday to Sunday. */
const weekdayActivity = [1.05, 1.1, 1.1, 1, 0.75, 0.03, 0.02] as const;
const holidayActivity = 0.03;

/** The days of the span, by offset from the first. */
export class Calendar {
  /** UTC day number of the first day. */
  readonly first: number;
  readonly days: number;

  constructor(start: string, days: number) {
    this.first = Date.parse(`${start}T00:00:00Z`) / dayMs;
    this.days = days;
  }

  /** `YYYY-MM-DD` */
  iso(offset: number): string {
    return new Date((this.first + offset) * dayMs).toISOString().slice(0, 10);
  }

  /** Milliseconds since 1970 at the start of the UTC day. */
  startOf(offset: number): number {
    return (this.first + offset) * dayMs;
  }

  /** 0 = Monday. */
  weekday(offset: number): number {
    return (((this.first + offset + 3) % 7) + 7) % 7;
  }

  isHoliday(offset: number): boolean {
    return this.weekday(offset) < 5 && holidays.has(this.iso(offset).slice(5));
  }

  isWorkday(offset: number): boolean {
    return this.weekday(offset) < 5 && !this.isHoliday(offset);
  }

  /** How busy the day is; a usual working day is 1. */
  activity(offset: number): number {
    return this.isHoliday(offset) ? holidayActivity : (weekdayActivity[this.weekday(offset)] as number);
  }

  /** Offsets of the working days from `from` on. */
  workdays(from = 0): number[] {
    const found: number[] = [];
    for (let day = from; day < this.days; day++) if (this.isWorkday(day)) found.push(day);
    return found;
  }

  get holidays(): string[] {
    return Array.from({ length: this.days }, (_, day) => day).filter((day) => this.isHoliday(day)).map((day) => this.iso(day));
  }
}
