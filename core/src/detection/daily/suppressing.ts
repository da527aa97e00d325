import type { Suppression } from '../../detection-file/detection.ts';
import { namePattern } from './name-pattern.ts';
import { PatternIndex } from './pattern-index.ts';

/** What suppressions look at. */
export interface Suppressible {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  readonly sourceHosts: readonly string[];
}

type Match = Suppression['match'];
type Test = (row: Suppressible) => boolean;

/** Suppressions of which a run whose window ends at `to` (ms) has any: all that it sees happened before they expire. */
export const inForceAt = (suppressions: readonly Suppression[], to: Date): Suppression[] => suppressions.filter(({ expires }) => to.getTime() <= expires);

/** An account is matched with or without its domain. */
const accountPatterns = (pattern: string): readonly string[] => [pattern, `*\\${pattern}`];

/** The tests of the keys that a suppression has, without those of `but`. */
function testsOf(match: Match, but: keyof Match | null): Test[] {
  const tests: Test[] = [];
  const add = (key: keyof Match, patterns: readonly string[], test: (is: (text: string) => boolean) => Test): void => {
    if (key === but) return;
    const compiled = patterns.map(namePattern);
    tests.push(test((text) => compiled.some((matches) => matches(text.toLowerCase()))));
  };
  if (match.user !== null) add('user', accountPatterns(match.user), (is) => ({ user }) => is(user));
  if (match.resource !== null) add('resource', [match.resource], (is) => ({ resource }) => is(resource));
  if (match.scope !== null) add('scope', [match.scope], (is) => ({ scope }) => is(scope));
  // What also came from another host is not what the suppression speaks of.
  if (match.sourceHost !== null) add('sourceHost', [match.sourceHost], (is) => ({ sourceHosts }) => sourceHosts.length > 0 && sourceHosts.every(is));
  return tests;
}

/** Whether one suppression is about a row. */
export function matcherOf(match: Match): Test {
  const tests = testsOf(match, null);
  return (row) => tests.every((test) => test(row));
}

/** The key that tells the most apart. */
const leading = (match: Match): keyof Match => (['user', 'resource', 'sourceHost', 'scope'] as const).find((key) => match[key] !== null) ?? 'user';

/** Which of the suppressions is the first, in the order of the file, that is about a row; −1 for none. Compiled once for all rows of a day. */
export function suppressionOf(suppressions: readonly Suppression[]): (row: Suppressible) => number {
  if (suppressions.length === 0) return () => -1;
  const indexes: Record<keyof Match, PatternIndex> = { user: new PatternIndex(), resource: new PatternIndex(), scope: new PatternIndex(), sourceHost: new PatternIndex() };
  const others = suppressions.map(({ match }, id) => {
    const key = leading(match);
    for (const pattern of key === 'user' ? accountPatterns(match.user ?? '') : [match[key] ?? '']) indexes[key].add(id, pattern);
    // One host of several is where to look, not enough to match.
    return testsOf(match, key === 'sourceHost' ? null : key);
  });
  const first = (row: Suppressible, ids: readonly number[]): number => ids.find((id) => (others[id] as readonly Test[]).every((test) => test(row))) ?? Infinity;
  return (row) => {
    const { user, resource, scope, sourceHosts: [host] } = row;
    const at = Math.min(first(row, indexes.user.idsOf(user)), first(row, indexes.resource.idsOf(resource)), first(row, indexes.scope.idsOf(scope)), host === undefined ? Infinity : first(row, indexes.sourceHost.idsOf(host)));
    return Number.isFinite(at) ? at : -1;
  };
}
