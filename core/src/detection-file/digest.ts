import { createHash } from 'node:crypto';

/** The value as JSON whose keys are in order, so that equal values have equal texts. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof RegExp) return { regex: inner.source };
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** SHA-256 of a value made of plain data and regular expressions. */
export const digestOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');
