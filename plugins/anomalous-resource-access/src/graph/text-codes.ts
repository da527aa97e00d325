import { dictionary, type Column } from '@byoml/core';

/** Numbers distinct texts over all batches of a pass; the translation of a dictionary is made once per dictionary array. */
export class TextCodes {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #translations = new WeakMap<readonly string[], Int32Array>();

  code(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    this.#codes.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  /** The column's codes; −1 is an empty cell. */
  column(column: Column<string>): Int32Array {
    const { codes, dictionary: texts } = dictionary(column);
    const translation = this.#translation(texts);
    return codes.map((code) => (code < 0 ? -1 : (translation[code] as number)));
  }

  #translation(texts: readonly string[]): Int32Array {
    const made = this.#translations.get(texts);
    if (made?.length === texts.length) return made;
    const translation = Int32Array.from(texts, (text) => this.code(text));
    this.#translations.set(texts, translation);
    return translation;
  }
}
