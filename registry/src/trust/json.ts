import { refusal } from './refusal.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One text for one value: names sorted by their UTF-16 units, no spaces, whole numbers only. Throws TRUST_REFUSED for anything else. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw refusal('canonical JSON', `${value} is not a whole number`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const named = value as { readonly [name: string]: Json };
  return `{${Object.keys(named).sort().map((name) => `${JSON.stringify(name)}:${canonicalJson(named[name] as Json)}`).join(',')}}`;
}

/** Throws TRUST_REFUSED unless the bytes are one JSON document in UTF-8 of at most `limit` bytes. */
export function parseJson(bytes: Uint8Array, what: string, limit: number): unknown {
  if (bytes.length > limit) throw refusal(what, `it has ${bytes.length} bytes, more than ${limit}`);
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (thrown) {
    throw refusal(what, 'it is not JSON in UTF-8', thrown);
  }
}

/** As `parseJson`; also refuses a text that is not the canonical one of its value, so that two texts never say the same. */
export function parseCanonicalJson(bytes: Uint8Array, what: string, limit: number): unknown {
  const value = parseJson(bytes, what, limit);
  let canonical: string | undefined;
  try {
    canonical = canonicalJson(value as Json);
  } catch (thrown) {
    throw refusal(what, 'it is not canonical JSON', thrown);
  }
  if (canonical !== decoder.decode(bytes)) throw refusal(what, 'it is not canonical JSON');
  return value;
}
