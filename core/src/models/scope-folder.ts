import { createHash } from 'node:crypto';

/** Scopes up to this many UTF-8 bytes stay readable in the folder's name; file systems take 255 bytes a name. */
const readableBytes = 100;

/**
 * A file-name-safe name for a scope: `s` and the hexadecimal of its UTF-8 bytes, or `h` and the SHA-256 of a long one (an Azure resource
 * id is long). Files keep the scope itself, so the name need not be reversed.
 */
export function scopeFolder(scope: string): string {
  const bytes = Buffer.from(scope, 'utf8');
  return bytes.length <= readableBytes ? `s${bytes.toString('hex')}` : `h${createHash('sha256').update(bytes).digest('hex')}`;
}
