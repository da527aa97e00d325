import { ByomlError } from '@byoml/core';
import { valid, validRange } from 'semver';

const part = '[a-z0-9][a-z0-9._-]{0,99}';
const name = new RegExp(`^(?:@${part}/)?${part}$`);
/** The first parts of the server's other addresses. */
const reserved: ReadonlySet<string> = new Set(['npm', 'v1', 'blobs', 'tuf', 'private', 'node_modules', 'favicon.ico']);

const refused = (what: string, text: unknown, rule: string): ByomlError => {
  const shown = typeof text === 'string' ? text.slice(0, 100) : typeof text;
  return new ByomlError('REQUEST_INVALID', `${what} ${JSON.stringify(shown)}: ${rule}`, { details: { [what]: shown } });
};

/** Throws REQUEST_INVALID unless this is a lower-case npm name that every storage can hold. */
export function parseName(text: unknown): string {
  if (typeof text !== 'string' || !name.test(text) || reserved.has(text)) throw refused('name', text, 'names are lower case, "name" or "@scope/name", of letters, digits, ".", "_" and "-", at most 100 characters a part');
  return text;
}

/** Throws REQUEST_INVALID unless this is a plain semantic version in lower case, without build metadata. */
export function parseVersion(text: unknown): string {
  if (typeof text !== 'string' || text.length > 64 || valid(text) !== text || text !== text.toLowerCase()) throw refused('version', text, 'versions are semantic versions such as 1.2.3 or 1.2.3-rc.1, in lower case, without "v" and "+", at most 64 characters');
  return text;
}

/** Throws REQUEST_INVALID for a tag that could be taken for a version. */
export function parseTag(text: unknown): string {
  if (typeof text !== 'string' || !/^[A-Za-z][A-Za-z0-9._-]{0,99}$/.test(text) || validRange(text) !== null) throw refused('tag', text, 'tags begin with a letter and are no version or range');
  return text;
}

/** `@scope` of a name; undefined when it has none. */
export const scopeOf = (full: string): string | undefined => (full.startsWith('@') ? full.slice(0, full.indexOf('/')) : undefined);

export const tarballFile = (full: string, version: string): string => `${full.slice(full.indexOf('/') + 1)}-${version}.tgz`;
export const packumentKey = (full: string): string => `npm/${full}`;
export const tarballKey = (full: string, version: string): string => `npm/${full}/-/${tarballFile(full, version)}`;
