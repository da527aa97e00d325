import { Malformed } from '../malformed.ts';
import type { Opcode } from './opcodes.ts';
import type { Text } from './text.ts';

const newline = 0x0a;
const maxPlainNumber = 20;
const integer = /^\s*[-+]?(?:0[xob])?[0-9a-f_]+L?\s*$/i;
const latin = new TextDecoder('latin1');

/** Reads the arguments of opcodes; every length is compared with what is left before anything is looked at. */
export class Arguments {
  at = 0;
  /** The last argument that was a number; NaN for one that no opcode needs. */
  number = 0;
  /** The last argument that was text: the name where there was a module too. */
  text: Text = { kind: 'text', start: 0, end: 0, escapes: 'none' };
  module: Text = this.text;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.at;
  }

  read({ argument }: Opcode): void {
    if (argument === 'none') return;
    if (argument.startsWith('line') || argument === 'two-lines') this.#readLines(argument);
    else if (argument.startsWith('u') || argument === 'int4' || argument === 'float8') this.#readNumber(argument);
    else this.#readCounted(argument);
  }

  #readNumber(argument: string): void {
    if (argument === 'uint1') this.number = this.#view.getUint8(this.#take(1));
    else if (argument === 'uint2') this.number = this.#view.getUint16(this.#take(2), true);
    else if (argument === 'uint4') this.number = this.#view.getUint32(this.#take(4), true);
    else if (argument === 'int4') this.number = this.#view.getInt32(this.#take(4), true);
    else if (argument === 'uint8') this.number = Number(this.#view.getBigUint64(this.#take(8), true));
    else this.#take(8);
  }

  #readCounted(argument: string): void {
    if (argument.endsWith('1')) this.#readNumber('uint1');
    else if (argument.endsWith('8')) this.#readNumber('uint8');
    else this.#readNumber(argument === 'long4' || argument === 'string4' ? 'int4' : 'uint4');
    if (this.number < 0) throw new Malformed('a length is negative', this.at);
    const start = this.#take(this.number);
    if (argument.startsWith('text') || argument.startsWith('string')) this.text = { kind: 'text', start, end: this.at, escapes: 'none' };
  }

  #readLines(argument: string): void {
    const first = this.#line();
    if (argument === 'two-lines') {
      this.module = first;
      this.text = this.#line();
    } else if (argument === 'line-string') this.text = this.#unquoted(first);
    else if (argument === 'line-unicode') this.text = { ...first, escapes: 'unicode' };
    else if (argument === 'line-integer') this.number = this.#plainNumber(first, integer);
    else if (argument === 'line-float') this.#plainNumber(first, /\S/);
  }

  #line(): Text {
    const end = this.#bytes.indexOf(newline, this.at);
    if (end < 0) throw new Malformed('it ends inside a line', this.at);
    const start = this.at;
    this.at = end + 1;
    return { kind: 'text', start, end, escapes: 'none' };
  }

  #unquoted(line: Text): Text {
    const [first, last] = [this.#bytes[line.start], this.#bytes[line.end - 1]];
    if (line.end - line.start < 2 || first !== last || (first !== 0x27 && first !== 0x22)) throw new Malformed('a string has no quotes', line.start);
    return { kind: 'text', start: line.start + 1, end: line.end - 1, escapes: 'literal' };
  }

  #plainNumber({ start, end }: Text, pattern: RegExp): number {
    const text = latin.decode(this.#bytes.subarray(start, Math.min(end, start + maxPlainNumber)));
    if (!pattern.test(text)) throw new Malformed('a number is not one', start);
    return end - start > maxPlainNumber ? Number.NaN : Number(text);
  }

  #take(count: number): number {
    if (count > this.left) throw new Malformed(`it ends ${count - this.left} bytes before what it announces`, this.at);
    const start = this.at;
    this.at += count;
    return start;
  }
}
