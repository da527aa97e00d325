import { refusal } from '../refusal.ts';

/** One element of DER. */
export interface Element {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** The elements that lie one after another in these bytes. Throws TRUST_REFUSED for what is not DER. */
export function elementsOf(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { element, end } = elementAt(bytes, at);
    found.push(element);
    at = end;
  }
  return found;
}

const longestLength = 3;

function elementAt(bytes: Uint8Array, at: number): { readonly element: Element; readonly end: number } {
  const [tag = 0, first = 0x80] = bytes.subarray(at, at + 2);
  const more = first < 0x80 ? 0 : first - 0x80;
  const start = at + 2 + more;
  const length = more === 0 ? first : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (first === 0x80 || more > longestLength || start + length > bytes.length) throw refusal('certificate', 'it is not DER');
  return { element: { tag, value: bytes.subarray(start, start + length) }, end: start + length };
}
