/** A file-name-safe, reversible spelling of a scope: lower-case hexadecimal of its UTF-8 bytes behind an `s`. */
export const scopeFolder = (scope: string): string => `s${Array.from(new TextEncoder().encode(scope), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
