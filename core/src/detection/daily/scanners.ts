import type { History } from './history.ts';
import { keyOf } from './history.ts';

/** Accounts that scan by trade: they get a class of their own and are listed once. */
const percentile = 0.995;
const fewestDays = 10;
/** How far above the percentile is clearly above: somebody is always the busiest. */
const clearly = 1.5;

/** Pattern with `*` → whether it names an account, with or without its domain; letter case does not count. */
function accountPattern(pattern: string): (user: string) => boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`).replaceAll('*', '.*');
  const whole = new RegExp(`^(?:.*\\\\)?${escaped}$`, 'iu');
  return (user) => whole.test(user);
}

/**
 * Accounts that are listed, or that touch more distinct resources a day than others ever do: on at least 10 days of [from, to)
 * clearly above the 99.5th percentile of the account-days of those who touch fewer. (Scanners are themselves more than the upper
 * half per cent, so a percentile over everybody would hide them behind each other.) Keys are `keyOf(scope, user)`.
 */
export function scannersOf(history: History, from: number, to: number, listed: readonly string[]): ReadonlySet<string> {
  const { accesses } = history;
  if (!accesses) return new Set();
  const found = heavyUsers(userDays(history, from, to));
  const patterns = listed.map(accountPattern);
  const scanners = new Set<string>();
  accesses.users.first.forEach((row, user) => {
    const name = history.user(row);
    if (found.has(user) || patterns.some((matches) => matches(name))) scanners.add(keyOf(history.scope(row), name));
  });
  return scanners;
}

/** User → distinct resources per day, largest first. */
type Sizes = ReadonlyMap<number, Float64Array>;

function heavyUsers(sizes: Sizes): Set<number> {
  const byTenth = [...sizes].filter(([, days]) => days.length >= fewestDays).sort(([, a], [, b]) => (b[fewestDays - 1] as number) - (a[fewestDays - 1] as number));
  const heavy = new Set<number>();
  for (const [user, days] of byTenth) {
    heavy.add(user);
    const others = Float64Array.from([...sizes].filter(([other]) => !heavy.has(other)).flatMap(([, held]) => [...held])).sort();
    const limit = others[Math.ceil(percentile * others.length) - 1];
    if (limit !== undefined && (days[fewestDays - 1] as number) > clearly * limit) continue;
    heavy.delete(user);
    break;
  }
  return heavy;
}

const span = (from: number, to: number): number => Math.max(1, to - from);

function userDays(history: History, from: number, to: number): Sizes {
  const { accesses, rows } = history;
  const counts = new Map<number, number>();
  const lastMet = new Map<number, number>();
  for (const row of history.between(from, to)) {
    const [day, pair] = [rows.days[row] as number, accesses?.pairs.of[row] as number];
    if (lastMet.get(pair) === day || !accesses?.is(row)) continue;
    lastMet.set(pair, day);
    const key = (accesses.users.of[row] as number) * span(from, to) + (day - from);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const sizes = new Map<number, number[]>();
  for (const [key, count] of counts) {
    const user = Math.floor(key / span(from, to));
    const held = sizes.get(user);
    if (held) held.push(count);
    else sizes.set(user, [count]);
  }
  return new Map([...sizes].map(([user, days]) => [user, Float64Array.from(days).sort().reverse()]));
}
