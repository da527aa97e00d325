const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const small = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const instant = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: 'UTC', hourCycle: 'h23' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC', hourCycle: 'h23' });

/** 4213007 → 4,213,007 */
export const count = (value: number): string => whole.format(value);

/** As short as a small cell asks: 206,078 → 206K */
export const brief = (value: number): string => small.format(value);

/** With at most two decimals. */
export const decimal = (value: number): string => compact.format(value);

/** `1 incident`, `2 incidents` */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

/** Two significant digits, for `1 in 2,300`. */
export function oneIn(value: number): string {
  if (!Number.isFinite(value)) return '1 in very many';
  return `1 in ${count(Math.max(1, value < 100 ? Math.round(value) : Number(value.toPrecision(2))))}`;
}

/** A probability or share: 0.00043, never 4.3e-4. */
export function share(value: number): string {
  if (value === 0) return '0';
  return value < 1e-6 ? value.toExponential(1) : new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 }).format(value);
}

export const percent = (value: number): string => `${new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 }).format(100 * value)}%`;

/** `2026-03-05` → Thu, 5 Mar 2026 */
export const dayText = (iso: string): string => day.format(new Date(iso));

/** `2026-03-05` → 5 Mar */
export const dayShort = (iso: string): string => shortDay.format(new Date(iso));

/** An instant in UTC, to the minute; what is no instant stays as it is. */
export const instantText = (iso: string): string => (Number.isNaN(Date.parse(iso)) ? iso : `${instant.format(new Date(iso))} UTC`);

/** A window: whole days by their days, anything else by its instants; half-open, so a last midnight is the day before. */
export function windowText(from: string, to: string): string {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(start) || Number.isNaN(end)) return `${from} to ${to}`;
  const midnights = start % 86_400_000 === 0 && end % 86_400_000 === 0;
  if (!midnights || end <= start) return `${instantText(from)} to ${instantText(to)}`;
  const [first, last] = [dayText(from), day.format(new Date(end - 86_400_000))];
  return first === last ? first : `${first} to ${last}`;
}

/** When something was seen on its day: 02:10–02:41 UTC. */
export function seenText(first: string | null, last: string | null): string | null {
  if (first === null && last === null) return null;
  const [from, to] = [clock.format(new Date((first ?? last) as string)), clock.format(new Date((last ?? first) as string))];
  return from === to ? `${from} UTC` : `${from}–${to} UTC`;
}
