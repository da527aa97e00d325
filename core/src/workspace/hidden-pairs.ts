import { keyOf } from '../detection/daily/history.ts';
import type { SuppressedRecord } from '../state/index.ts';

/** `keyOf(scope, user, resource)` → UTC days, ascending, on which a suppression hid the pair. */
export type Hidden = ReadonlyMap<string, readonly number[]>;

export function hiddenWith(held: Hidden, records: readonly SuppressedRecord[]): Hidden {
  if (records.length === 0) return held;
  const days = new Map(held);
  for (const { scope, user, resource, day } of records) {
    const key = keyOf(scope, user, resource);
    days.set(key, [...(days.get(key) ?? []), day]);
  }
  return days;
}
