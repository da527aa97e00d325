import type { Options, SearchOptions } from 'minisearch';
import type { Entry } from './entry.ts';
import { words } from './words.ts';

/** A word with a digit in it is a number or a technique: its neighbour is another one. Otherwise one letter may differ, of long words two. */
const tolerance = (word: string): number => (word.length < 5 || /\d/.test(word) ? 0 : word.length < 9 ? 1 : 2);

/** How words are looked for: every one has to be there, at least as the beginning of another. */
const searchOptions: SearchOptions = { combineWith: 'AND', prefix: true, fuzzy: tolerance, boost: { name: 8, keywords: 4, attack: 4, kinds: 2 }, weights: { prefix: 0.6, fuzzy: 0.2 } };

/** What a reader of the index has to give MiniSearch too: https://lucaong.github.io/minisearch/classes/MiniSearch.MiniSearch.html#loadJSON */
export const indexOptions: Options<Entry> = { idField: 'name', fields: ['name', 'keywords', 'description', 'attack', 'kinds'], tokenize: words, processTerm: (word) => word, searchOptions };
