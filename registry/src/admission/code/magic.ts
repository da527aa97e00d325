/** The beginning of a file in hexadecimal: `maxBytes` at most. */
export const beginningOf = (bytes: Uint8Array, maxBytes: number): string => Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(maxBytes, bytes.length)).toString('hex');
