import { Malformed } from './malformed.ts';

/** Deepest message in message that is read. */
const deepest = 32;
const mostFields = 100_000_000;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Names and metadata; longer ones would not fit into a string in the end. */
const longestText = 1 << 24;

/** How many fields one file may have, over all its messages. */
export class FieldBudget {
  #left = mostFields;

  take(offset: number): void {
    if (--this.#left < 0) throw new Malformed(`it has more than ${mostFields} fields`, offset);
  }
}

/**
 * One protobuf message, field by field. `next` moves; `field` and `wire` say what is there; `number`, `view` and `text` read it, a field
 * nobody reads costs nothing. Lengths are compared with the message before anything is cut from it.
 */
export class Message {
  field = 0;
  wire = 0;
  /** Where the message begins in the file. */
  readonly start: number;
  readonly #bytes: Uint8Array;
  readonly #depth: number;
  readonly #budget: FieldBudget;
  #at: number;
  readonly #end: number;
  #from = 0;
  #to = 0;
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length, depth = 0, budget = new FieldBudget()) {
    if (depth > deepest) throw new Malformed(`it nests deeper than ${deepest} messages`, at);
    this.start = at;
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#depth = depth;
    this.#budget = budget;
  }

  /** Where the field that was last read begins. */
  get offset(): number {
    return this.#from;
  }

  /** Bytes of the field's value, where that is one. */
  get length(): number {
    return this.#to - this.#from;
  }

  next(): boolean {
    if (this.#at >= this.#end) return false;
    this.#budget.take(this.#at);
    const tag = this.#varint();
    this.wire = tag % 8;
    this.field = Math.floor(tag / 8);
    if (this.field === 0 || tag > 0xffffffff) throw new Malformed('a field has no valid number', this.#at);
    this.#value();
    return true;
  }

  /** The varint; not finite where it is negative or a double cannot hold it. */
  number(): number {
    if (this.wire !== 0) throw new Malformed(`field ${this.field} holds no number`, this.#from);
    const value = this.#high * 2 ** 32 + this.#low;
    return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
  }

  text(): string {
    if (this.length > longestText) throw new Malformed(`a text has ${this.length} bytes`, this.#from);
    return utf8.decode(this.view());
  }

  /** The bytes themselves, not a copy. */
  view(): Uint8Array {
    this.#refuseNumber();
    return this.#bytes.subarray(this.#from, this.#to);
  }

  message(): Message {
    this.#refuseNumber();
    return new Message(this.#bytes, this.#from, this.#to, this.#depth + 1, this.#budget);
  }

  /** The varints of a packed field. */
  *packed(): Iterable<number> {
    this.#refuseNumber();
    const inner = new Message(this.#bytes, this.#from, this.#to, this.#depth, this.#budget);
    while (inner.#at < inner.#end) {
      this.#budget.take(inner.#at);
      inner.#varint();
      inner.wire = 0;
      yield inner.number();
    }
  }

  #refuseNumber(): void {
    if (this.wire !== 2) throw new Malformed(`field ${this.field} holds no bytes`, this.#from);
  }

  #value(): void {
    this.#from = this.#at;
    if (this.wire === 0) this.#varint();
    else if (this.wire === 1) this.#skip(8);
    else if (this.wire === 5) this.#skip(4);
    else if (this.wire === 2) {
      const length = this.#varint();
      this.#from = this.#at;
      this.#skip(length);
    } else throw new Malformed(`field ${this.field} has wire type ${this.wire}`, this.#at);
    this.#to = this.#at;
  }

  #skip(count: number): void {
    if (!(count <= this.#end - this.#at)) throw new Malformed(`field ${this.field} announces ${count} bytes where ${this.#end - this.#at} are left`, this.#at);
    this.#at += count;
  }

  /** Answers the unsigned value, rounded above 2^53; keeps its 64 bits. */
  #varint(): number {
    let [low, high, shift] = [0, 0, 0];
    for (; ; shift += 7) {
      if (this.#at >= this.#end || shift > 63) throw new Malformed('a number does not end', this.#at);
      const byte = this.#bytes[this.#at++] ?? 0;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) [low, high] = [low | ((byte & 0x0f) << 28), (byte & 0x7f) >> 4];
      else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) break;
    }
    this.#low = low >>> 0;
    this.#high = high >>> 0;
    return this.#high * 2 ** 32 + this.#low;
  }
}
