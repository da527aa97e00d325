import { dictionary, type Column } from '@byoml/core';

const unresolved = -2;

/** The users or the resources of a graph: distinct names, sorted by UTF-16 units; a name's position is its id. */
export class Names {
  readonly texts: readonly string[];
  #ids: Map<string, number> | undefined;
  readonly #translations = new WeakMap<readonly string[], Int32Array>();

  /** `ids` saves a map of the same to be made. */
  constructor(texts: readonly string[], ids?: Map<string, number>) {
    this.texts = texts;
    this.#ids = ids;
  }

  get size(): number {
    return this.texts.length;
  }

  /** The id of a name; −1 when it is unknown. */
  id(text: string): number {
    this.#ids ??= new Map(this.texts.map((name, id) => [name, id]));
    return this.#ids.get(text) ?? -1;
  }

  /** The ids of a column's cells in these rows; −1 where the name is unknown or the cell empty. */
  ids(column: Column<string>, rows: Int32Array): Int32Array {
    const { codes, dictionary: texts } = dictionary(column);
    const translation = this.#translation(texts, rows.length);
    return rows.map((row) => this.#resolve(codes[row] as number, texts, translation));
  }

  #resolve(code: number, texts: readonly string[], translation: Int32Array | undefined): number {
    if (code < 0) return -1;
    if (translation === undefined) return this.id(texts[code] as string);
    const known = translation[code] as number;
    if (known !== unresolved) return known;
    return (translation[code] = this.id(texts[code] as string));
  }

  /** A table from a dictionary's codes to ids, filled on demand; none where a few rows meet a large dictionary (many scopes would each hold one). */
  #translation(texts: readonly string[], rows: number): Int32Array | undefined {
    const made = this.#translations.get(texts);
    if (made?.length === texts.length) return made;
    if (rows * 64 < texts.length) return undefined;
    const translation = new Int32Array(texts.length).fill(unresolved);
    this.#translations.set(texts, translation);
    return translation;
  }
}
