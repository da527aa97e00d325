import MiniSearch from 'minisearch';
import type { Entry } from './entry.ts';
import { Recent } from '../npm/recent.ts';
import { indexOptions } from './index-options.ts';
import { parseQuery } from './query.ts';
import { words } from './words.ts';

/** Words of a text that are looked for; what is typed by people has fewer. */
const mostWords = 16;
/** By how much the score of the package grows whose name was typed. */
const exactName = 100;

/** An entry and how well it fits, from 0. */
export type Hit = Entry & { readonly score: number };

export interface Found {
  readonly total: number;
  /** The wanted part, the best first. */
  readonly hits: readonly Hit[];
}

/** Which part of what was found is wanted. */
export interface Part {
  readonly from: number;
  readonly size: number;
}

interface Ranked {
  readonly entry: Entry;
  readonly score: number;
}

/** Packages by what they say about themselves, in memory. */
export class SearchIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #index = new MiniSearch(indexOptions);
  /** Text → what was found, until something changes: people turn pages, and many type the same. */
  readonly #recent = new Recent<readonly Ranked[]>(16);

  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** Undefined takes the package out. */
  put(name: string, entry: Entry | undefined): void {
    this.#recent.clear();
    const before = this.#entries.get(name);
    if (before) this.#index.remove(before);
    if (entry) this.#index.add(entry);
    if (entry) this.#entries.set(name, entry);
    else this.#entries.delete(name);
  }

  /** Entries that fit every word and qualifier of a text, the best first, then by name; all of them for an empty one. */
  find(typed: string, { from, size }: Part): Found {
    const ranked = this.#recent.get(typed) ?? this.#fitting(typed);
    this.#recent.put(typed, ranked);
    return { total: ranked.length, hits: ranked.slice(from, from + size).map(({ entry, score }) => ({ ...entry, score })) };
  }

  #fitting(typed: string): Ranked[] {
    const { text, fits } = parseQuery(typed);
    const ranked = (text === '' ? this.#all() : this.#ranked(text)).filter(({ entry }) => fits(entry));
    return ranked.sort((a, b) => b.score - a.score || (a.entry.name < b.entry.name ? -1 : 1));
  }

  #all(): Ranked[] {
    return [...this.#entries.values()].map((entry) => ({ entry, score: 0 }));
  }

  /** Misspelt words are looked for only when nothing has the words as they are. */
  #ranked(text: string): Ranked[] {
    const wanted = words(text).slice(0, mostWords).join(' ');
    const found = this.#index.search(wanted, { fuzzy: false });
    return (found.length > 0 ? found : this.#index.search(wanted)).flatMap(({ id, score }) => {
      const entry = this.#entries.get(id as string);
      return entry ? [{ entry, score: isName(entry.name, text) ? exactName * score : score }] : [];
    });
  }
}

const isName = (name: string, text: string): boolean => name.endsWith(text) && (name.length === text.length || name.slice(name.indexOf('/') + 1) === text);
