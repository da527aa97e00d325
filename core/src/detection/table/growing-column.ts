import type { Column, DictionaryColumn } from '../../contracts/columns.ts';
import { dictionaryColumn } from '../../contracts/dictionary.ts';
import { numbers } from '../../contracts/numbers.ts';
import { isText } from './pick.ts';

/** Collects one column over the batches of a pass. */
export interface GrowingColumn {
  append(column: Column<unknown>): void;
  finish(): Column<unknown>;
}

/** A collector for columns like this first one; cells arrive copied. */
export function growingColumn(first: Column<unknown>): GrowingColumn {
  if (isText(first)) return new GrowingText();
  if (first instanceof Float64Array) return new GrowingTyped(new Float64Array(first.length));
  if (first instanceof Int32Array) return new GrowingTyped(new Int32Array(first.length));
  return new GrowingList();
}

/** Text under one dictionary in order of first appearance, whatever dictionaries and cuts the batches came with. */
class GrowingText implements GrowingColumn {
  readonly #codes = new GrowingTyped(new Int32Array(0));
  readonly #known = new Map<string, number>();
  readonly #translations = new WeakMap<readonly string[], Int32Array>();

  append(column: Column<unknown>): void {
    const { codes, dictionary } = column as DictionaryColumn;
    const translation = this.#translation(dictionary);
    const translated = new Int32Array(codes.length);
    for (let i = 0; i < codes.length; i++) translated[i] = this.#translate(codes[i] as number, dictionary, translation);
    this.#codes.append(translated);
  }

  finish(): Column<unknown> {
    return dictionaryColumn(this.#codes.finish() as Int32Array, [...this.#known.keys()]);
  }

  #translation(dictionary: readonly string[]): Int32Array {
    const made = this.#translations.get(dictionary);
    if (made && made.length >= dictionary.length) return made;
    const longer = new Int32Array(dictionary.length).fill(-1);
    if (made) longer.set(made);
    this.#translations.set(dictionary, longer);
    return longer;
  }

  #translate(code: number, dictionary: readonly string[], translation: Int32Array): number {
    if (code < 0) return -1;
    const met = translation[code] as number;
    if (met >= 0) return met;
    const text = dictionary[code] as string;
    const own = this.#known.get(text) ?? this.#known.size;
    this.#known.set(text, own);
    translation[code] = own;
    return own;
  }
}

class GrowingTyped implements GrowingColumn {
  #cells: Float64Array | Int32Array;
  #length = 0;

  constructor(empty: Float64Array | Int32Array) {
    this.#cells = empty;
  }

  append(column: Column<unknown>): void {
    const whole = column instanceof Int32Array;
    if (!whole && this.#cells instanceof Int32Array) this.#cells = Float64Array.from(this.#cells); // only floats can hold an empty cell
    const length = this.#length + column.length;
    if (length > this.#cells.length) this.#grow(Math.max(length, this.#cells.length * 2));
    this.#cells.set(whole ? column : numbers(column as Column<number>), this.#length);
    this.#length = length;
  }

  finish(): Column<unknown> {
    return this.#cells.subarray(0, this.#length);
  }

  #grow(capacity: number): void {
    const larger = this.#cells instanceof Float64Array ? new Float64Array(capacity) : new Int32Array(capacity);
    larger.set(this.#cells.subarray(0, this.#length));
    this.#cells = larger;
  }
}

class GrowingList implements GrowingColumn {
  readonly #cells: unknown[] = [];

  append(column: Column<unknown>): void {
    for (const cell of column) this.#cells.push(cell);
  }

  finish(): Column<unknown> {
    return this.#cells;
  }
}
