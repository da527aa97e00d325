import { keyOf, type History } from '../../detection/daily/history.ts';

/** Who used what over some days, by name: for pictures of a few accounts, not for whole tables. */
export interface AccessCounts {
  /** Counts of one account by resource. */
  of(scope: string, user: string): ReadonlyMap<string, number>;
  /** Rows of one account: day, resource, count; in order of day. */
  rows(scope: string, user: string): ReadonlyArray<{ readonly day: number; readonly resource: string; readonly count: number }>;
}

/** Reads the rows of the wanted accounts once; `users` are `keyOf(scope, user)`. */
export function accessCounts(history: History, users: ReadonlySet<string>): AccessCounts {
  const held = new Map<string, Array<{ day: number; resource: string; count: number }>>();
  const codes = wantedUsers(history, users);
  for (const day of history.index.days) {
    for (const row of history.index.on(day)) {
      const key = codes.get(history.accesses?.users.of[row] ?? -1);
      if (key === undefined) continue;
      const rows = held.get(key) ?? [];
      rows.push({ day, resource: history.resource(row), count: history.count(row) });
      held.set(key, rows);
    }
  }
  const rows = (scope: string, user: string) => held.get(keyOf(scope, user)) ?? [];
  return {
    rows,
    of(scope, user) {
      const counts = new Map<string, number>();
      for (const { resource, count } of rows(scope, user)) counts.set(resource, (counts.get(resource) ?? 0) + count);
      return counts;
    },
  };
}

/** Groups of (scope, user) in the history → their key, of the wanted ones. */
function wantedUsers(history: History, users: ReadonlySet<string>): Map<number, string> {
  const found = new Map<number, string>();
  history.accesses?.users.first.forEach((row, group) => {
    const key = keyOf(history.scope(row), history.user(row));
    if (users.has(key)) found.set(group, key);
  });
  return found;
}
