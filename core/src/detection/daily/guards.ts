import { keyOf, type History } from './history.ts';
import type { Candidates } from './candidates.ts';

/** Days that an alerted pair which nobody judged stays out of the learned graph. */
export const guardDays = 14;

/** Since and until when a pair is guarded, as UTC days; half-open. */
export interface Guarded {
  readonly since: number;
  readonly until: number;
}

/** Pairs by `keyOf(scope, user, resource)`. */
export type Guards = ReadonlyMap<string, Guarded>;

export const pairKey = (history: History, row: number): string => keyOf(history.scope(row), history.user(row), history.resource(row));

/** Whether the row's pair may not be learned on `day`. */
export function isUnlearnable(history: History, guards: Guards, row: number, day: number): boolean {
  const guard = guards.size > 0 ? guards.get(pairKey(history, row)) : undefined;
  return guard !== undefined && guard.since <= day && day < guard.until;
}

/** A guarded pair is only new because it may not be learned: it is no candidate again. */
export function withoutGuarded(history: History, found: Candidates, guards: Guards): { readonly candidates: Candidates; readonly guarded: Int32Array } {
  const { candidates, left } = withoutRows(found, (row) => {
    const guard = guards.size > 0 ? guards.get(pairKey(history, row)) : undefined;
    return guard !== undefined && guard.since < found.day && found.day < guard.until;
  });
  return { candidates, guarded: left };
}

/** The candidates without some, and the row numbers of these. */
export function withoutRows(found: Candidates, isLeft: (row: number) => boolean): { readonly candidates: Candidates; readonly left: Int32Array } {
  const leaves = Uint8Array.from(found.rows, (row) => Number(isLeft(row)));
  const kept = leaves.reduce((sum, one) => sum - one, leaves.length);
  if (kept === found.rows.length) return { candidates: found, left: new Int32Array(0) };
  const gather = <A extends Float64Array | Uint8Array | Int32Array>(column: A): A => column.filter((_, place) => leaves[place] === 0) as A;
  return {
    left: found.rows.filter((_, place) => leaves[place] === 1),
    candidates: { day: found.day, rows: gather(found.rows), surprise: gather(found.surprise), coldSurprise: found.coldSurprise && gather(found.coldSurprise), status: gather(found.status), classes: gather(found.classes) },
  };
}
