import type { History } from './history.ts';
import { keyOf } from './history.ts';

/** Accounts that scan by trade: they get a class of their own and are listed once. */
const percentile = 0.995;
const fewestDays = 10;

/** Pattern with `*` → whether it names an account, with or without its domain; letter case does not count. */
export function accountPattern(pattern: string): (user: string) => boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`).replaceAll('*', '.*');
  const whole = new RegExp(`^(?:.*\\\\)?${escaped}$`, 'iu');
  return (user) => whole.test(user);
}

/**
 * Accounts that are listed, or that touched more distinct resources in a day than 99.5 % of all account-days, on at least 10
 * days of [from, to). Keys are `keyOf(scope, user)`.
 */
export function scannersOf(history: History, from: number, to: number, listed: readonly string[]): ReadonlySet<string> {
  const { accesses } = history;
  if (!accesses) return new Set();
  const perDay = userDays(history, from, to);
  const sizes = Float64Array.from(perDay.values()).sort();
  const limit = sizes[Math.max(0, Math.ceil(percentile * sizes.length) - 1)] ?? Infinity;
  const days = new Map<number, number>();
  for (const [userDay, resources] of perDay) if (resources > limit) days.set(Math.floor(userDay / span(from, to)), (days.get(Math.floor(userDay / span(from, to))) ?? 0) + 1);
  const patterns = listed.map(accountPattern);
  const found = new Set<string>();
  accesses.users.first.forEach((row, user) => {
    const name = history.user(row);
    if ((days.get(user) ?? 0) >= fewestDays || patterns.some((matches) => matches(name))) found.add(keyOf(history.scope(row), name));
  });
  return found;
}

const span = (from: number, to: number): number => Math.max(1, to - from);

/** (user · days + day) → distinct resources. */
function userDays(history: History, from: number, to: number): Map<number, number> {
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
  return counts;
}
