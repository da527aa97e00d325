import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Suppression } from '../../detection-file/detection.ts';
import { namePattern } from './name-pattern.ts';
import { inForceAt, matcherOf, suppressionOf, type Suppressible } from './suppressing.ts';

const suppression = (match: Partial<Suppression['match']>, expires = 0): Suppression => ({ id: 's', match: { user: null, resource: null, scope: null, sourceHost: null, ...match }, owner: 'ann', reason: 'r', expires, wide: false });
const row = (change: Partial<Suppressible> = {}): Suppressible => ({ scope: 'contoso', user: 'CORP\\Ann', resource: '\\\\FS1\\HR', sourceHosts: ['10.0.0.1'], ...change });
const matches = (match: Partial<Suppression['match']>, change: Partial<Suppressible> = {}): boolean => suppressionOf([suppression(match)])(row(change)) === 0;

test('letter case and the domain of an account do not count; the rest of a name does', () => {
  for (const user of ['ann', 'corp\\ann', 'A*', '*nn', '*']) expect(matches({ user, resource: '*' })).toBe(true);
  for (const user of ['nn', 'an', 'other\\ann', 'ann*x', 'corp\\', 'a.n']) expect(matches({ user })).toBe(false);
});

test('every key must match, and every host of a row', () => {
  expect(matches({ user: 'ann', resource: '\\\\fs1\\*', scope: 'contoso', sourceHost: '10.*' })).toBe(true);
  expect(matches({ user: 'ann', resource: '\\\\fs2\\*' })).toBe(false);
  expect(matches({ sourceHost: '10.*' }, { sourceHosts: ['10.0.0.1', '192.168.0.1'] })).toBe(false);
  expect(matches({ sourceHost: '*' , user: 'ann' }, { sourceHosts: [] })).toBe(false);
});

test('of several the first in the file hides', () => {
  const first = suppressionOf([suppression({ resource: 'x' }), suppression({ resource: '*hr' }), suppression({ user: 'ann' })]);
  expect([first(row()), first(row({ resource: 'other' })), first(row({ resource: 'other', user: 'bob' }))]).toEqual([1, 2, -1]);
});

test('one is in force for windows that end no later than it expires', () => {
  expect([9, 10, 11].map((to) => inForceAt([suppression({ user: 'a' }, 10)], new Date(to)).length)).toEqual([1, 1, 0]);
});

// Short words of few letters, so that patterns and names meet.
const text = fc.array(fc.constantFrom('a', 'B', '\\', '*', '.', 'İ'), { maxLength: 8 }).map((letters) => letters.join(''));
const key = fc.option(text.filter((each) => each !== ''), { nil: null });

test('a pattern means what trying every way to fill its stars finds', () => {
  const slow = (pattern: string, name: string): boolean =>
    pattern === '' ? name === '' : pattern.startsWith('*') ? slow(pattern.slice(1), name) || (name !== '' && slow(pattern, name.slice(1))) : pattern[0] === name[0] && name !== '' && slow(pattern.slice(1), name.slice(1));
  fc.assert(fc.property(text, text, (pattern, name) => { expect(namePattern(pattern)(name.toLowerCase())).toBe(slow(pattern.toLowerCase(), name.toLowerCase())); }), { numRuns: 2000 });
});

test('what is looked up for many rows is what testing one suppression after the other finds', () => {
  const some = fc.array(fc.record({ user: key, resource: key, scope: key, sourceHost: key }).filter((match) => Object.values(match).some((each) => each !== null)), { maxLength: 6 });
  const rows = fc.array(fc.record({ scope: text, user: text, resource: text, sourceHosts: fc.array(text, { maxLength: 2 }) }), { maxLength: 6 });
  fc.assert(fc.property(some, rows, (given, met) => {
    const all = given.map((match) => suppression(match));
    const first = suppressionOf(all);
    for (const each of met) expect(first(each)).toBe(all.findIndex(({ match }) => matcherOf(match)(each)));
  }), { numRuns: 1000 });
});

test('a hostile pattern or name takes no longer than a plain one (tenfold ceiling)', () => {
  const started = performance.now();
  const first = suppressionOf(Array.from({ length: 200 }, () => suppression({ resource: `${'*a'.repeat(199)}*b` })));
  for (let at = 0; at < 20; at++) expect(first(row({ resource: `${'a'.repeat(2000)}${at}` }))).toBe(-1);
  expect(performance.now() - started).toBeLessThan(2000);
});

test('100,000 rows against 1,000 suppressions come to an end (tenfold ceiling)', () => {
  const patterns = ['svc-#', 'svc-#-*', '*-#', '*x#x*'];
  const all = Array.from({ length: 1000 }, (_, at) => suppression(at % 2 === 0 ? { user: (patterns[(at >> 1) % 4] as string).replace('#', String(at)) } : { resource: (patterns[(at >> 1) % 4] as string).replace('#', String(at)) }));
  const first = suppressionOf(all);
  const started = performance.now();
  let found = 0;
  for (let at = 0; at < 100_000; at++) if (first(row({ user: `CORP\\svc-${at % 20_000}`, resource: `\\\\FS${at % 50}\\share ${at % 3000}` })) >= 0) found++;
  expect(found).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(10_000);
});
