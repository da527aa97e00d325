import { refusal } from './refusal.ts';

/** Throws TRUST_REFUSED unless the text is the only base64 of its bytes (RFC 4648 with padding, no spaces, no spare bits). */
export function decodeBase64(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw refusal(what, 'it is not plain base64');
  return new Uint8Array(bytes);
}

export const encodeBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
