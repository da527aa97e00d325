/** Where a string constant stands; read only when a call needs its name. */
export interface Text {
  readonly kind: 'text';
  readonly start: number;
  readonly end: number;
  /** The backslashes that count in it: none, a quoted Python literal's, or those of \u only. */
  readonly escapes: 'none' | 'literal' | 'unicode';
}

/** Longer names than this are cut; no module of Python has one. */
const longest = 1024;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const latin = new TextDecoder('latin1');
const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"' };

const codePoint = (hex: string): string => (Number.parseInt(hex, 16) <= 0x10ffff ? String.fromCodePoint(Number.parseInt(hex, 16)) : '\uFFFD');
const unicodeEscapes = (text: string): string => text.replaceAll(/\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/gi, (_, short?: string, long?: string) => codePoint(short ?? long ?? ''));
const literalEscapes = (text: string): string =>
  text.replaceAll(/\\(?:x([0-9a-f]{2})|([0-7]{2,3})|([nrt0abfv\\'"]))/gi, (whole, hex?: string, octal?: string, letter?: string) =>
    hex ? codePoint(hex) : octal ? String.fromCodePoint(Number.parseInt(octal, 8)) : (letters[letter ?? ''] ?? whole),
  );

/** The text itself, cut at 1,024 bytes. */
export function textOf({ start, end, escapes }: Text, bytes: Uint8Array): string {
  const slice = bytes.subarray(start, Math.min(end, start + longest));
  if (escapes === 'literal') return literalEscapes(latin.decode(slice));
  return escapes === 'unicode' ? unicodeEscapes(latin.decode(slice)) : decoder.decode(slice);
}
