import { ByomlError } from '@byoml/core';

const part = '[a-z0-9@_-][a-z0-9@._-]{0,199}';
const keyPattern = new RegExp(`^${part}(?:/${part})*$`);
const prefixPattern = /^[a-z0-9@._/-]*$/;
const longest = 800;

const invalid = (what: string, text: string): ByomlError => new ByomlError('STORAGE_KEY_INVALID', `${what} "${text.slice(0, 200)}" is not valid`, { details: { [what]: text.slice(0, 200) } });

/** Whether every storage can hold an object of this name, and no path leads out of one. */
export const isKey = (text: string): boolean => text.length <= longest && keyPattern.test(text);

/** Throws STORAGE_KEY_INVALID for a text that is no key. */
export function refuseInvalidKey(key: string): void {
  if (!isKey(key)) throw invalid('key', key);
}

export function refuseInvalidPrefix(prefix: string): void {
  if (prefix.length > longest || !prefixPattern.test(prefix) || prefix.startsWith('/') || prefix.split('/').some((name) => /^\.+$/.test(name))) throw invalid('prefix', prefix);
}
