import type { Window } from '@byoml/core';

/** A stretch of time, half-open, milliseconds since 1970. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

export const minuteMs = 60_000;

/** The slices that touch a stretch of time. They begin at whole multiples of their length since 1970, so that the same hour is always the same slice. */
export function slicesOf({ from, to }: Slice, lengthMs: number): Slice[] {
  const first = Math.floor(from / lengthMs);
  const count = Math.max(0, Math.ceil(to / lengthMs) - first);
  return Array.from({ length: count }, (_, at) => ({ from: (first + at) * lengthMs, to: (first + at + 1) * lengthMs }));
}

/** Both halves, on a whole minute; undefined for a minute or less. */
export function halvesOf({ from, to }: Slice): readonly [Slice, Slice] | undefined {
  const half = Math.ceil((to - from) / 2 / minuteMs) * minuteMs;
  return half < to - from ? [{ from, to: from + half }, { from: from + half, to }] : undefined;
}

/** The longest that a workspace keeps data. */
const keptMs = 12 * 366 * 86_400_000;

/** The part of a window in which a workspace can have data. */
export const heldIn = ({ from, to }: Window, now: number): Slice => ({ from: Math.max(from.getTime(), now - keptMs), to: Math.min(to.getTime(), now) });

export const windowOf = ({ from, to }: Slice): Window => ({ from: new Date(from), to: new Date(to) });

/** `2026-11-24T06:00Z/07:00Z`, with the whole end where it is on another day. */
export function sliceText(slice: Slice): string {
  const [from, to] = [slice.from, slice.to].map((at) => new Date(at).toISOString().replace(/(:\d\d)\.\d+Z$/u, '$1Z').replace(/:00Z$/u, 'Z')) as [string, string];
  return `${from}/${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to}`;
}
