// U+2028 and U+2029 end a line although they are no control characters; \p{C} holds control, direction-changing, private and unassigned ones.
const unprintable = /[\p{C}\u2028\u2029]/gu;

/** Text of strangers, safe on a terminal: whatever is invisible, moves the cursor or changes the direction becomes �. In objects and lists every text and name. */
export function printable<T>(value: T): T {
  if (typeof value === 'string') return value.replace(unprintable, '\uFFFD') as T;
  if (Array.isArray(value)) return value.map(printable) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [printable(name), printable(inner)])) as T;
}
