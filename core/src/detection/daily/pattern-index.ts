import { namePattern } from './name-pattern.ts';

interface Entry {
  readonly id: number;
  readonly matches: (lowered: string) => boolean;
}

/** Patterns by a beginning or an end that a text must have: length → that part → entries. */
type ByPart = Map<number, Map<string, Entry[]>>;

/** Many patterns, asked about many texts: which of them a text is. A text that was asked about before costs one look-up. */
export class PatternIndex {
  readonly #heads: ByPart = new Map();
  readonly #tails: ByPart = new Map();
  readonly #others: Entry[] = [];
  readonly #known = new Map<string, readonly number[]>();

  add(id: number, pattern: string): void {
    const entry: Entry = { id, matches: namePattern(pattern) };
    const pieces = pattern.toLowerCase().split('*');
    const [head, tail] = [pieces[0] as string, pieces.at(-1) as string];
    if (head === '' && tail === '') this.#others.push(entry);
    else if (head.length >= tail.length) file(this.#heads, head, entry);
    else file(this.#tails, tail, entry);
  }

  /** Ids of the patterns, ascending, each once. */
  idsOf(text: string): readonly number[] {
    const known = this.#known.get(text);
    if (known) return known;
    const lowered = text.toLowerCase();
    const asked = [...held(this.#heads, lowered, (length) => lowered.slice(0, length)), ...held(this.#tails, lowered, (length) => lowered.slice(-length)), ...this.#others];
    const ids = [...new Set(asked.filter(({ matches }) => matches(lowered)).map(({ id }) => id))].sort((a, b) => a - b);
    this.#known.set(text, ids);
    return ids;
  }
}

function file(parts: ByPart, part: string, entry: Entry): void {
  const ofLength = parts.get(part.length) ?? new Map<string, Entry[]>();
  parts.set(part.length, ofLength);
  const entries = ofLength.get(part);
  if (entries) entries.push(entry);
  else ofLength.set(part, [entry]);
}

const held = (parts: ByPart, text: string, partOf: (length: number) => string): Entry[] =>
  [...parts].flatMap(([length, entries]) => (length > text.length ? [] : (entries.get(partOf(length)) ?? [])));
