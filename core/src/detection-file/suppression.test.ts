import { expect, test } from 'vitest';
import { isByomlError } from '../contracts/errors.ts';
import type { Suppression } from './detection.ts';
import { parseDetection } from './parse.ts';
import { expiryText, parseExpiry } from './suppression.ts';

const least = 'version: 1\nname: share-access\nsource: files/table\nalgorithm: a/b\n';
const entry = (match: string, more = ''): string => `{ match: ${match}, owner: ann, reason: migration, expires: 2026-01-31${more} }`;
const read = (...entries: string[]): readonly Suppression[] => parseDetection(`${least}suppress: [ ${entries.join(', ')} ]\n`, 'share-access.yaml').detection.suppress;

function problems(text: string): string[] {
  try {
    parseDetection(`${least}${text}`, 'share-access.yaml');
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'DETECTION_INVALID') throw thrown;
    return (thrown.details['problems'] as Array<{ line: number; column: number; path: string; reason: string }>).map(({ line, column, path, reason }) => `${line}:${column} ${path}: ${reason}`);
  }
  return [];
}

test('a suppression says what, who, why and until when; its name follows from what it matches', () => {
  const [made, named] = read(entry("{ user: 'SVC-backup*', sourceHost: 10.0.0.1 }"), entry('{ resource: x }', ', id: known, wide: true'));
  expect(made).toEqual({ id: expect.stringMatching(/^user-svc-backup-sourcehost-10-0-0-1-[0-9a-f]{6}$/), match: { user: 'SVC-backup*', resource: null, scope: null, sourceHost: '10.0.0.1' }, owner: 'ann', reason: 'migration', expires: Date.parse('2026-01-31T00:00:00Z'), wide: false });
  expect(named).toMatchObject({ id: 'known', wide: true });
  expect(read(entry("{ sourceHost: 10.0.0.1, user: 'svc-BACKUP*' }"))[0]?.id).toBe(made?.id);
});

test.each([
  ['suppress: [x]', '5:12 suppress.0: expected a mapping, received "x"'],
  [`suppress: [ ${entry('{}')} ]`, '5:22 suppress.0.match: expected `user`, `resource`, `scope` or `sourceHost` with more than `*`, received a mapping'],
  [`suppress: [ ${entry("{ user: '**', scope: '*' }")} ]`, '5:22 suppress.0.match: expected `user`, `resource`, `scope` or `sourceHost` with more than `*`, received a mapping'],
  [`suppress: [ ${entry('{ usr: a }')} ]`, '5:24 suppress.0.match.usr: unknown key; nearest: user; allowed: user, resource, scope, sourceHost'],
  [`suppress: [ ${entry('{ user: a }', ', until: 1')} ]`, '5:87 suppress.0.until: unknown key; allowed: id, match, owner, reason, expires, wide'],
  ['suppress:\n  - match: { user: a }\n    owner: ann\n    reason: " "\n    expires: 2026-02-30', '8:13 suppress.0.reason: expected why, on one line, received " "'],
  ['suppress:\n  - match: { user: a }\n    owner: ann\n    reason: r\n    expires: 2026-02-30', '9:14 suppress.0.expires: expected a date such as 2026-12-25 or a moment such as 2026-12-25T18:00:00Z, received "2026-02-30"'],
  ['suppress:\n  - match: { user: a }\n    owner: ann\n    reason: r\n    expires: 30d', '9:14 suppress.0.expires: expected a date such as 2026-12-25 or a moment such as 2026-12-25T18:00:00Z, received "30d"'],
  ['suppress:\n  - match: { user: a }\n    owner: ann\n    reason: r\n    expires: 2999-01-01', '9:14 suppress.0.expires: expected at most 366 days from now, received "2999-01-01"'],
  [`suppress: [ ${entry('{ user: a }')}, ${entry('{ user: A }')} ]`, '5:89 suppress.1.id: expected another id than user-a-'],
  ['suppress:\n  - match: { user: a }\n    reason: r\n    expires: 2026-01-01', '6:5 suppress.0.owner: expected a text, received nothing'],
])('%j is told with its place', (text, expected) => {
  expect(problems(`${text}\n`)).toContainEqual(expect.stringContaining(expected));
});

test('a date is the beginning of its UTC day; a moment has its zone', () => {
  expect(parseExpiry('2026-12-25')).toBe(Date.parse('2026-12-25T00:00:00Z'));
  expect(parseExpiry('2026-12-25T18:00+01:00')).toBe(Date.parse('2026-12-25T17:00:00Z'));
  for (const text of ['2026-12-25T18:00', '2026-13-01', '25.12.2026', '2026-12-25T25:00Z', '2026-12-25 18:00Z', '']) expect(parseExpiry(text)).toBeUndefined();
  for (const text of ['2026-12-25', '2026-12-25T18:00:00Z']) expect(expiryText(parseExpiry(text) as number)).toBe(text);
});
