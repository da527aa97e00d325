import { Malformed } from './malformed.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** Without a prototype: `__proto__` is a key like any other. */
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface JsonLimits {
  readonly depth: number;
  /** Values of all kinds together. */
  readonly values: number;
}

const quote = 0x22;
const backslash = 0x5c;
const longestNumber = 64;
const numeral = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const words: ReadonlyMap<string, Json> = new Map([['true', true], ['false', false], ['null', null]]);

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const endsWord = (byte: number | undefined): boolean => byte === undefined || isSpace(byte) || byte === 0x2c || byte === 0x5d || byte === 0x7d;

class Reader {
  at = 0;
  #values = 0;
  readonly #bytes: Uint8Array;
  readonly #limits: JsonLimits;

  constructor(bytes: Uint8Array, limits: JsonLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  document(): Json {
    const value = this.#value(0);
    this.#space();
    if (this.at < this.#bytes.length) this.#fail('something follows its end');
    return value;
  }

  #value(depth: number): Json {
    if (depth > this.#limits.depth) this.#fail(`it nests deeper than ${this.#limits.depth}`);
    if (++this.#values > this.#limits.values) this.#fail(`it has more than ${this.#limits.values} values`);
    this.#space();
    const byte = this.#bytes[this.at];
    if (byte === quote) return this.#string();
    if (byte === 0x7b) return this.#object(depth);
    if (byte === 0x5b) return this.#array(depth);
    return this.#word();
  }

  #object(depth: number): JsonObject {
    const object = Object.create(null) as Record<string, Json>;
    this.at++;
    if (this.#ends(0x7d)) return object;
    do {
      this.#space();
      if (this.#bytes[this.at] !== quote) this.#fail('a key is missing');
      const key = this.#string();
      if (key in object) this.#fail('a key stands twice');
      if (!this.#ends(0x3a)) this.#fail('a colon is missing');
      object[key] = this.#value(depth + 1);
    } while (this.#ends(0x2c));
    if (!this.#ends(0x7d)) this.#fail('an object is not closed');
    return object;
  }

  #array(depth: number): readonly Json[] {
    const array: Json[] = [];
    this.at++;
    if (this.#ends(0x5d)) return array;
    do array.push(this.#value(depth + 1));
    while (this.#ends(0x2c));
    if (!this.#ends(0x5d)) this.#fail('an array is not closed');
    return array;
  }

  #string(): string {
    const start = this.at++;
    for (;;) {
      const byte = this.#bytes[this.at] ?? this.#fail('a string is not closed');
      if (byte < 0x20) this.#fail('a string has a control character');
      this.at += byte === backslash ? 2 : 1;
      if (byte === quote) break;
    }
    try {
      return JSON.parse(utf8.decode(this.#bytes.subarray(start, this.at))) as string;
    } catch {
      return this.#fail('a string is not valid');
    }
  }

  #word(): Json {
    const start = this.at;
    while (!endsWord(this.#bytes[this.at]) && this.at - start <= longestNumber) this.at++;
    const text = String.fromCharCode(...this.#bytes.subarray(start, this.at));
    const word = words.get(text);
    if (word !== undefined) return word;
    if (!numeral.test(text)) this.#fail('a value is neither number, text, true, false nor null');
    return Number(text);
  }

  /** Whether `byte` comes next; takes it then. */
  #ends(byte: number): boolean {
    this.#space();
    if (this.#bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  #space(): void {
    while (isSpace(this.#bytes[this.at])) this.at++;
  }

  #fail(why: string): never {
    throw new Malformed(`JSON: ${why}`, this.at);
  }
}

/** JSON in which no key stands twice, read within `limits`. Throws Malformed. */
export const strictJson = (bytes: Uint8Array, limits: JsonLimits): Json => new Reader(bytes, limits).document();

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
