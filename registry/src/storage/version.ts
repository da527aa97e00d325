import { createHash } from 'node:crypto';

/** The version of an object is the digest of its content: the same content needs no second write. */
export const versionOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
