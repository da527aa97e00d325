import { distance } from 'fastest-levenshtein';
import type { AdmissionCheck, Finding, Submission } from '../check.ts';
import { appearanceOf, NameIndex, type Appearance } from '../code/name-index.ts';
import { partsOf } from '../code/names.ts';
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
    const found = nearest(name, publisher, taken);
    return found.length > 0 ? found : inScopeOfOthers(name, publisher, taken);
  },
};

/** A scope belongs to the owners of the first of its names that still has any. */
function inScopeOfOthers(name: string, publisher: string, taken: Submission['taken']): readonly Finding[] {
  const { scope } = partsOf(name);
  const inScope = scope === '' ? [] : indexOf(taken).inScope(scope).filter((other) => !other.bare).map((other) => taken.get(other.name) ?? []);
  if (inScope.length === 0 || inScope.find((owners) => owners.length > 0)?.includes(publisher)) return [];
  return [hold(`the scope "${scope}" belongs to somebody else`, 'Publish under a scope of your own, or let the administrator of the registry release the version.', 'package.json')];
}

type Likeness = 'same' | 'near' | 'bare' | 'apart';

const held: Readonly<Partial<Record<Likeness, string>>> = { near: 'is one letter from', bare: 'differs only by a scope from' };

/** One finding for the closest name, not one for each: the first of the worst. */
function nearest(name: string, publisher: string, taken: Submission['taken']): readonly Finding[] {
  const mine = appearanceOf(name, home);
  let near: Finding | undefined;
  for (const other of [...reserved.filter((each) => !taken.has(each)).map((each) => appearanceOf(each, home)), ...alikeIn(indexOf(taken), mine)]) {
    if (taken.get(other.name)?.includes(publisher)) continue;
    const likeness = likenessOf(mine, other);
    if (likeness === 'same') return [finding(`"${name}" can be taken for "${other.name}", which belongs to somebody else`, appeal, 'package.json')];
    const how = held[likeness];
    if (how !== undefined) near ??= hold(`"${name}" ${how} "${other.name}", which belongs to somebody else`, appeal, 'package.json');
  }
  return near ? [near] : [];
}

/** Every taken name that can be like this one, and few others. */
function* alikeIn(names: NameIndex, mine: Appearance): Generator<Appearance> {
  yield* names.joined(mine.scopeSeen);
  if (mine.scope === home) yield* names.joined(mine.base);
  for (const scope of names.scopes()) if (scope.name === mine.scope || apart(mine.scopeSeen, scope.seen) !== 'apart') yield* names.inScope(scope.name);
  yield* names.withBase(mine.base);
}

const indexes = new WeakMap<Submission['taken'], NameIndex>();

/** Names are only ever added to those that are taken, so their index is only added to. */
function indexOf(taken: Submission['taken']): NameIndex {
  const index = indexes.get(taken) ?? new NameIndex(home);
  indexes.set(taken, index);
  index.follow(taken);
  return index;
}

function likenessOf(mine: Appearance, other: Appearance): Likeness {
  // `byoml-files` and `@byoml-files/x` read like `@byoml/files`.
  if ((mine.scope === home && mine.base === other.joined) || mine.scopeSeen === other.joined) return 'same';
  if (mine.scope === other.scope) return apart(mine.base, other.base);
  return mine.bare !== other.bare && mine.base === other.base && mine.base.length >= distinctive ? 'bare' : apart(mine.scopeSeen, other.scopeSeen);
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
