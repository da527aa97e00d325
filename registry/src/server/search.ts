import type { Packages } from '../npm/packages.ts';
import type { Packument } from '../npm/packument.ts';

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly date: string;
  readonly owners: readonly string[];
}

export interface Found {
  readonly total: number;
  /** The best first. */
  readonly entries: readonly (Entry & { readonly score: number })[];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function entryOf({ name, 'dist-tags': tags, versions, time, maintainers }: Packument): Entry | undefined {
  const version = tags['latest'] ?? '';
  const latest = versions[version];
  if (!latest) return undefined;
  const keywords = Array.isArray(latest['keywords']) ? latest['keywords'].filter((word): word is string => typeof word === 'string') : [];
  return { name, version, description: textOf(latest['description']), keywords, date: time[version] ?? '', owners: maintainers.map((maintainer) => maintainer.name) };
}

/** How well a word fits, from 0: the name counts most, then keywords, then the description. */
function fit({ name, keywords, description }: Entry, word: string): number {
  const bare = name.slice(name.indexOf('/') + 1);
  if (name === word || bare === word) return 8;
  return (name.includes(word) ? 4 : 0) + (keywords.some((keyword) => keyword.toLowerCase().includes(word)) ? 2 : 0) + (description.toLowerCase().includes(word) ? 1 : 0);
}

/** Packages by what they say about themselves. Filled when it is first asked. */
export class Search {
  readonly #entries = new Map<string, Entry>();
  #filled: Promise<void> | undefined;

  /** Takes a packument that was made anew. */
  put(name: string, packument: Packument | undefined): void {
    const entry = packument && entryOf(packument);
    if (entry) this.#entries.set(name, entry);
    else this.#entries.delete(name);
  }

  /** Packages that fit every word of the text; all of them for an empty one. */
  async find(text: string, { packages, signal }: { readonly packages: Packages; readonly signal: AbortSignal }): Promise<Found> {
    await (this.#filled ??= this.#fill(packages, signal));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 16);
    const entries = [...this.#entries.values()].flatMap((entry) => {
      const fits = words.map((word) => fit(entry, word));
      return fits.includes(0) ? [] : [{ ...entry, score: fits.reduce((sum, each) => sum + each, 0) }];
    });
    entries.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
    return { total: entries.length, entries };
  }

  async #fill(packages: Packages, signal: AbortSignal): Promise<void> {
    for (const name of packages.history.names()) {
      const found = await packages.packument(name, signal);
      this.put(name, found?.packument);
    }
  }
}
