import { distance } from 'fastest-levenshtein';
import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { partsOf, seenAs } from '../code/names.ts';
import { finding, hold } from '../finding.ts';

/** Names that nobody may come near, also before they are published. Without a scope they mean `@byoml`. */
const reserved = [
  '@byoml/core', '@byoml/cli', '@byoml/registry', '@byoml/report', '@byoml/console', '@byoml/templates', '@byoml/anomalous-resource-access', '@byoml/behaviour', '@byoml/tabular', '@byoml/ensemble',
  '@byoml/duckdb', '@byoml/spark', '@byoml/files', '@byoml/azure-storage', '@byoml/azure-monitor', '@byoml/event-hubs', '@byoml/onnx', '@byoml/tensorflow', 'byoml',
];
const home = '@byoml';
/** Shorter names are one letter apart by chance. */
const shortest = 5;
/** Shorter names are somebody's with and without a scope by chance. */
const distinctive = 8;
const appeal = 'Choose a name that cannot be taken for it; where the likeness is by chance, ask the administrator of the registry.';

/** Attack 8. Looks at new names only, and at names of other owners. */
export const typosquat: AdmissionCheck = {
  id: 'typosquat',
  summary: 'A new name cannot be taken for one that somebody else has.',
  enforced: true,
  required: true,
  async run({ name, publisher, taken }: Submission) {
    if (taken.has(name) || reserved.includes(name)) return [];
    const found = nearest(name, ofOthers(publisher, taken));
    return found.length > 0 ? found : inScopeOfOthers(name, publisher, taken);
  },
};

/** One name after the other: a registry of thousands is looked through for every new name. */
function* ofOthers(publisher: string, taken: Submission['taken']): Generator<string> {
  for (const name of reserved) if (!taken.has(name)) yield name;
  for (const [name, owners] of taken) if (!owners.includes(publisher)) yield name;
}

/** A scope belongs to the owners of the first of its names that still has any. */
function inScopeOfOthers(name: string, publisher: string, taken: Submission['taken']): readonly Finding[] {
  const { scope } = partsOf(name);
  const owners = scope === '' ? undefined : ownersOf(`${scope}/`, taken);
  if (!owners || owners.includes(publisher)) return [];
  return [hold(`the scope "${scope}" belongs to somebody else`, 'Publish under a scope of your own, or let the administrator of the registry release the version.', 'package.json')];
}

/** Undefined for a scope that nobody ever used; nobody when nothing of it is left. */
function ownersOf(scope: string, taken: Submission['taken']): readonly string[] | undefined {
  let found: readonly string[] | undefined;
  for (const [name, owners] of taken) {
    if (!name.startsWith(scope)) continue;
    if (owners.length > 0) return owners;
    found = owners;
  }
  return found;
}

type Likeness = 'same' | 'near' | 'bare' | 'apart';

const held: Readonly<Partial<Record<Likeness, string>>> = { near: 'is one letter from', bare: 'differs only by a scope from' };

/** One finding for the closest name, not one for each: the first of the worst. */
function nearest(name: string, others: Iterable<string>): readonly Finding[] {
  const mine = seen(name);
  const scopes = new Map<string, Likeness>();
  let near: Finding | undefined;
  for (const other of others) {
    const likeness = likenessOf(mine, seen(other), scopes);
    if (likeness === 'same') return [finding(`"${name}" can be taken for "${other}", which belongs to somebody else`, appeal, 'package.json')];
    const how = held[likeness];
    if (how !== undefined) near ??= hold(`"${name}" ${how} "${other}", which belongs to somebody else`, appeal, 'package.json');
  }
  return near ? [near] : [];
}

interface Seen {
  readonly scope: string;
  /** Whether the name has no scope. */
  readonly bare: boolean;
  readonly scopeSeen: string;
  readonly base: string;
  /** Scope and name in one. */
  readonly joined: string;
}

/** What names look like never changes; folding every taken name again was a quarter of the time of a publication. */
const known = new Map<string, Seen>();
const mostKnown = 200_000;

function seen(name: string): Seen {
  const before = known.get(name);
  if (before) return before;
  const { scope, base } = partsOf(name);
  const [scopeSeen, baseSeen] = [seenAs((scope || home).slice(1)), seenAs(base)];
  const now = { scope: scope || home, bare: scope === '', scopeSeen, base: baseSeen, joined: scopeSeen + baseSeen };
  if (known.size >= mostKnown) known.clear();
  known.set(name, now);
  return now;
}

/** `scopes`: how far other scopes are from that of `mine`, as far as it was asked before. */
function likenessOf(mine: Seen, other: Seen, scopes: Map<string, Likeness>): Likeness {
  // `byoml-files` and `@byoml-files/x` read like `@byoml/files`.
  if ((mine.scope === home && mine.base === other.joined) || mine.scopeSeen === other.joined) return 'same';
  if (mine.scope === other.scope) return apart(mine.base, other.base);
  if (mine.bare !== other.bare && mine.base === other.base && mine.base.length >= distinctive) return 'bare';
  const scope = scopes.get(other.scopeSeen) ?? apart(mine.scopeSeen, other.scopeSeen);
  scopes.set(other.scopeSeen, scope);
  return scope;
}

function apart(mine: string, other: string): Likeness {
  if (mine === other) return 'same';
  if (Math.min(mine.length, other.length) < shortest || Math.abs(mine.length - other.length) > 1) return 'apart';
  return distance(mine, other) === 1 || swapped(mine, other) ? 'near' : 'apart';
}

/** Two neighbouring letters changed places: one slip of the hand, two edits for Levenshtein. */
function swapped(mine: string, other: string): boolean {
  if (mine.length !== other.length) return false;
  let at = 0;
  while (at < mine.length && mine[at] === other[at]) at++;
  return mine.slice(at + 2) === other.slice(at + 2) && mine[at] === other[at + 1] && mine[at + 1] === other[at];
}
