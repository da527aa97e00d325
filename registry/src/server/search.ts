import { setImmediate } from 'node:timers/promises';
import { cardKey } from '../npm/card.ts';
import type { Packages } from '../npm/packages.ts';
import type { Packument } from '../npm/packument.ts';
import { entryOf, purposeSchema, shownVersion, type Entry, type Purpose } from '../search/entry.ts';
import { searchIndex, searchIndexKey } from '../search/index-file.ts';
import { SearchIndex, type Found, type Part } from '../search/search-index.ts';
import type { Storage } from '../storage/storage.ts';

/** Where what is searched comes from. */
interface Source {
  readonly packages: Packages;
  readonly storage: Storage;
  readonly signal: AbortSignal;
}

/** Packages that are read at the same time, and after which others get their turn. */
const together = 16;

/** The packages by what they say about themselves. Filled when it is first asked; afterwards it follows every change. */
export class Search {
  readonly #index = new SearchIndex();
  /** What has changed since it was filled and is not in the index yet. */
  readonly #changed = new Map<string, Packument | undefined>();
  #isFilling = false;
  #isFilled = false;
  /** Whether the index in the storage says what this one says. */
  #isWritten = false;
  /** Ends when nothing is being indexed; never rejects. */
  #indexing: Promise<void> = Promise.resolve();

  /** Takes a packument that was made anew; undefined when nothing of the package is visible. */
  put(name: string, packument: Packument | undefined): void {
    this.#isWritten = false;
    // Before that there is nothing to change: filling reads what is there then.
    if (this.#isFilling || this.#isFilled) this.#changed.set(name, packument);
  }

  /** Packages that fit every word of a text; all of them for an empty one. */
  async find(text: string, part: Part, source: Source): Promise<Found> {
    await this.#catchUp(source);
    return this.#index.find(text, part);
  }

  /** Writes the index for static hosting, `v1/search.json.gz`, unless nothing has changed since it was last written here. */
  async write(source: Source): Promise<void> {
    if (this.#isWritten) return;
    this.#isWritten = true;
    try {
      await this.#catchUp(source);
      await this.#write(source);
    } catch (thrown) {
      this.#isWritten = false;
      throw thrown;
    }
  }

  async #write(source: Source): Promise<void> {
    await source.storage.write(searchIndexKey, await searchIndex(this.#index.entries()), { signal: source.signal });
  }

  #catchUp(source: Source): Promise<void> {
    if (this.#isFilled && this.#changed.size === 0) return this.#indexing;
    const turn = this.#indexing.then(() => this.#follow(source));
    this.#indexing = turn.catch(() => undefined);
    return turn;
  }

  async #follow(source: Source): Promise<void> {
    if (!this.#isFilled) await this.#fill(source);
    for (const [name, packument] of this.#changed) {
      this.#index.put(name, packument && (await entryIn(source, packument)));
      if (this.#changed.get(name) === packument) this.#changed.delete(name);
    }
  }

  async #fill(source: Source): Promise<void> {
    this.#isFilling = true;
    const names = [...source.packages.history.names()].sort(); // what is found comes in this order: little is left to sort then
    for (let from = 0; from < names.length; from += together) {
      const some = names.slice(from, from + together);
      const entries = await Promise.all(some.map((name) => entryNamed(source, name)));
      for (const [i, name] of some.entries()) this.#index.put(name, entries[i]);
      await setImmediate();
    }
    this.#isFilled = true;
  }
}

async function entryNamed(source: Source, name: string): Promise<Entry | undefined> {
  const found = await source.packages.packument(name, source.signal);
  return found && entryIn(source, found.packument);
}

async function entryIn(source: Source, packument: Packument): Promise<Entry | undefined> {
  const version = shownVersion(packument);
  return version === undefined ? undefined : entryOf(packument, await purposeOf(source, packument.name, version));
}

/** What the card of a version says; undefined when there is none that can be read, which the search can do without. */
async function purposeOf({ storage, signal }: Source, name: string, version: string): Promise<Purpose | undefined> {
  const stored = await storage.read(cardKey(name, version), signal);
  try {
    return stored && purposeSchema.parse(JSON.parse(new TextDecoder().decode(stored.bytes)));
  } catch {
    return undefined;
  }
}
