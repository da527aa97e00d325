import { printable } from '../package/printable.ts';
import type { Finding } from './check.ts';

const longest = 500;

/** A finding that refuses the package; the texts may come from the package. */
export const finding = (message: string, hint: string, where?: string): Finding => ({ message: printable(message, longest), hint: printable(hint, longest), ...(where !== undefined && { where: printable(where) }) });

/** A finding that a person has to decide on. */
export const hold = (message: string, hint: string, where?: string): Finding => ({ ...finding(message, hint, where), hold: true });

/** A value of a document for a message. */
export const shown = (value: unknown): string => (value === undefined ? 'nothing' : printable(JSON.stringify(value) ?? typeof value, 100));
