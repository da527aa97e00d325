import { ByomlError } from '@byoml/core';

const longest = 300;

/** Text of others made safe to print: one line, no control or direction-changing characters, at most 300. */
export const printable = (text: string): string => text.slice(0, longest * 2).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim().slice(0, longest);

/** A TRUST_REFUSED that says what is refused and because of what. */
export const refusal = (what: string, because: string, cause?: unknown): ByomlError =>
  new ByomlError('TRUST_REFUSED', `${printable(what)}: ${printable(because)}`, { details: { what: printable(what), because: printable(because) }, ...(cause === undefined ? {} : { cause }) });

export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
