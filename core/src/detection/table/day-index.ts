/** Rows ordered by day; rows of one day keep their order. */
export interface DayIndex {
  /** Distinct days, ascending. */
  readonly days: readonly number[];
  /** The rows of one day. */
  on(day: number): Int32Array;
  /** The rows of all earlier days. */
  before(day: number): Int32Array;
}

export function indexByDay(dayOf: Int32Array): DayIndex {
  const counts = new Map<number, number>();
  for (const day of dayOf) counts.set(day, (counts.get(day) ?? 0) + 1);
  const days = [...counts.keys()].sort((a, b) => a - b);
  const next = new Map<number, number>();
  const starts = new Map<number, number>();
  let at = 0;
  for (const day of days) {
    starts.set(day, at);
    next.set(day, at);
    at += counts.get(day) ?? 0;
  }
  const order = new Int32Array(dayOf.length);
  for (let row = 0; row < dayOf.length; row++) {
    const day = dayOf[row] as number;
    const place = next.get(day) as number;
    order[place] = row;
    next.set(day, place + 1);
  }
  const startOf = (day: number): number => starts.get(day) ?? starts.get(days.find((later) => later > day) ?? day) ?? order.length;
  return { days, on: (day) => order.subarray(startOf(day), startOf(day) + (counts.get(day) ?? 0)), before: (day) => order.subarray(0, startOf(day)) };
}
