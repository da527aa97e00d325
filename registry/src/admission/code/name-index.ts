import { partsOf, seenAs } from './names.ts';

/** What a name looks like to somebody who reads it. */
export interface Appearance {
  readonly name: string;
  readonly scope: string;
  /** Whether the name has no scope. */
  readonly bare: boolean;
  readonly scopeSeen: string;
  readonly base: string;
  /** Scope and name in one. */
  readonly joined: string;
}

/** `home` is the scope that names without one mean. */
export function appearanceOf(name: string, home: string): Appearance {
  const { scope, base } = partsOf(name);
  const [scopeSeen, baseSeen] = [seenAs((scope || home).slice(1)), seenAs(base)];
  return { name, scope: scope || home, bare: scope === '', scopeSeen, base: baseSeen, joined: scopeSeen + baseSeen };
}

type Names = Map<string, Appearance[]>;

/** Names by what they look like: a registry of thousands is not looked through for every new one. */
export class NameIndex {
  readonly #home: string;
  readonly #scopes: Names = new Map();
  readonly #bases: Names = new Map();
  readonly #joined: Names = new Map();
  #size = 0;

  constructor(home: string) {
    this.#home = home;
  }

  /** Takes up the names that were added since the last time. */
  follow(names: ReadonlyMap<string, unknown>): void {
    if (names.size === this.#size) return;
    let at = 0;
    for (const name of names.keys()) if (at++ >= this.#size) this.#add(appearanceOf(name, this.#home));
    this.#size = names.size;
  }

  /** Every scope that is used, with what it looks like. */
  *scopes(): Generator<{ readonly name: string; readonly seen: string }> {
    for (const [name, [first]] of this.#scopes) if (first) yield { name, seen: first.scopeSeen };
  }

  inScope(scope: string): readonly Appearance[] {
    return this.#scopes.get(scope) ?? [];
  }

  withBase(base: string): readonly Appearance[] {
    return this.#bases.get(base) ?? [];
  }

  joined(text: string): readonly Appearance[] {
    return this.#joined.get(text) ?? [];
  }

  #add(appearance: Appearance): void {
    for (const [names, key] of [[this.#scopes, appearance.scope], [this.#bases, appearance.base], [this.#joined, appearance.joined]] as const) {
      const same = names.get(key);
      if (same) same.push(appearance);
      else names.set(key, [appearance]);
    }
  }
}
