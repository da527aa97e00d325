import type { Column, DictionaryColumn } from './columns.ts';

class Dictionary implements DictionaryColumn {
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
  constructor(codes: Int32Array, texts: readonly string[]) {
    this.codes = codes;
    this.dictionary = texts;
  }
  get length(): number {
    return this.codes.length;
  }
  at(index: number): string | undefined {
    return this.dictionary[this.codes.at(index) ?? -1];
  }
  *[Symbol.iterator](): Iterator<string> {
    for (const code of this.codes) yield this.dictionary[code] as string;
  }
}

/** A text column from codes into `texts`; −1 is an empty cell. */
export const dictionaryColumn = (codes: Int32Array, texts: readonly string[]): DictionaryColumn => new Dictionary(codes, texts);

/** The column as codes and distinct texts; encodes it (in order of first appearance) unless it is one already. */
export function dictionary(column: Column<string>): DictionaryColumn {
  if ('codes' in column && 'dictionary' in column) return column as DictionaryColumn;
  const codes = new Int32Array(column.length);
  const known = new Map<string, number>();
  for (let i = 0; i < codes.length; i++) codes[i] = codeOf(known, column.at(i));
  return new Dictionary(codes, [...known.keys()]);
}

function codeOf(known: Map<string, number>, text: string | null | undefined): number {
  if (text === null || text === undefined) return -1;
  const code = known.get(text);
  if (code !== undefined) return code;
  known.set(text, known.size);
  return known.size - 1;
}
