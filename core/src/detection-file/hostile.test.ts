import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isByomlError } from '../contracts/errors.ts';
import { inCi } from '../tier.test.fixture.ts';
import { parseDetection } from './parse.ts';

const whole = `version: 1
name: d
source:    { use: files/data-export, settings: { path: ./export, table: SecurityEvent } }
view:      { table: T, columns: { user: a.b, resource: "c[0].d" }, where: [ { column: id, in: [5140] } ], sql: SELECT * FROM source }
filters:
  - column: resource
    notMatching: '\\\\IPC\\$$'
enrich:    [ { source: { use: files/table, settings: { path: ./people.csv } }, key: user, columns: [manager, team] } ]
algorithm: { use: a/b, settings: &s { halfLife: 120d } }
train:     { window: 30d, every: 7d }
score:     { every: 1h, lag: 15m }
budget:    10/day
calendar:  { timeZone: Europe/Berlin, workdays: [mon], holidays: [2026-12-25] }
rules:     [ { use: a/c, settings: *s } ]
sinks:     [ { use: files/table, settings: { path: ./results.jsonl, password: "\${secret:X}" } } ]
`;

const numRuns = inCi ? 2000 : 400;

/** Asserts that the text is a detection, or that DETECTION_INVALID names places inside it; returns how many. */
function faultsOf(text: string): number {
  const problems = problemsOf(text);
  const lines = text.replace(/^\ufeff/u, '').split('\n');
  for (const { line, column, reason } of problems) {
    const length = lines[line - 1]?.length ?? -1;
    assert.ok(column >= 1 && column <= length + 1 && reason.length > 0, `${line}:${column}: ${reason}, in a line of ${length}`);
  }
  return problems.length;
}
const survives = (text: string): void => void faultsOf(text);

/** None for a detection. */
function problemsOf(text: string): ReadonlyArray<{ readonly line: number; readonly column: number; readonly reason: string }> {
  try {
    assert.equal(parseDetection(text, 'd.yaml').detection.name, 'd');
    return [];
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'DETECTION_INVALID') throw thrown;
    const problems = thrown.details['problems'] as Array<{ line: number; column: number; reason: string }>;
    assert.ok(thrown.message.startsWith(`d.yaml:${problems[0]?.line}:${problems[0]?.column}: `), thrown.message);
    return problems;
  }
}

const indicator = fc.constantFrom(...'-?:,[]{}#&*!|>\'"%@` \n\t\r'.split(''), '\ufeff', '\u2028', '\0', '---', '...', '<<', '!!binary', '!!int', '&s', '*s', '.inf', '0x', '~', '%YAML 1.1', '__proto__', 'constructor', '${secret:', '\ud800');

test('any text is a detection, or its faults are told with their places', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.oneof(indicator, fc.string({ maxLength: 3 })), { maxLength: 60 }).map((parts) => parts.join(''))), survives), { numRuns });
});

test('a file with a piece cut out, put in or doubled survives', () => {
  const change = fc.record({ at: fc.nat({ max: whole.length }), cut: fc.nat({ max: 20 }), put: fc.array(fc.oneof(indicator, fc.string({ maxLength: 2 })), { maxLength: 3 }), doubled: fc.nat({ max: 40 }) });
  const apply = (text: string, { at, cut, put, doubled }: { at: number; cut: number; put: string[]; doubled: number }): string => text.slice(0, at) + put.join('') + text.slice(at, at + doubled) + text.slice(at + cut);
  fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => survives(changes.reduce(apply, whole))), { numRuns });
});

test('any value at any key survives', () => {
  const keys = ['version', 'name', 'source', 'view', 'filters', 'enrich', 'algorithm', 'train', 'score', 'budget', 'calendar', 'scanners', 'rules', 'sinks', 'suppress', 'engine', 'constructor', 'toString'];
  const inner = ['use', 'settings', 'column', 'columns', 'matching', 'table', 'where', 'in', 'sql', 'window', 'every', 'lag', 'timeZone', 'workdays', 'holidays', 'key', 'path'];
  const value = fc.letrec((tie) => ({ value: fc.oneof({ maxDepth: 4 }, fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constantFrom('a/b', '1d', 'UTC', '(', 'mon'), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.oneof(fc.constantFrom(...inner), fc.string()), tie('value'), { maxKeys: 4 })) })).value;
  fc.assert(fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), value, { maxKeys: 6 }), (file) => survives(JSON.stringify({ version: 1, name: 'd', source: 'a/b', algorithm: 'a/b', ...file }))), { numRuns });
});

const most = 262_144;
const full = (piece: string): string => piece.repeat(Math.floor(most / piece.length));

const large: ReadonlyArray<readonly [string, string]> = [
  ['opening brackets', full('[')], ['opening braces', full('{a: ')], ['closing brackets', full(']')], ['lists in lists', full('- ')], ['keys in keys', full('? ')], ['colons', full('a: ')], ['anchors', full('&a ')], ['quotes', full('"')], ['tags', full('! ')],
  ['documents', full('---\na\n')], ['directives', full('%a\n')], ['empty lines', full('\n')], ['comments', full('#\n')], ['keys', `${Array.from({ length: 25_000 }, (_, i) => `k${i}: 1`).join('\n')}\n`], ['one key', full('a: 1\n')], ['words', full('a\n')], ['items', `scanners: [${full('a,').slice(12)}]`],
  ['steps', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')], ['aliases', `a: &a [x]\nb: [${full('*a,').slice(24)}]`], ['too much', `${full('a')}a`],
];
/** One of what nests, of what repeats, of what refers and of what only is long; CI takes all. */
const always = ['opening brackets', 'one key', 'steps', 'aliases', 'too much'];
const isAlways = ([name]: readonly [string, string]): boolean => always.includes(name);
const isRefused = (_name: string, text: string): void => expect(faultsOf(text)).toBeGreaterThan(0);

test.each(large.filter(isAlways))('a file as large as may be, full of %s, is refused soon', { timeout: 20_000 }, isRefused);
test.skipIf(!inCi).each(large.filter((one) => !isAlways(one)))('a file as large as may be, full of %s, is refused soon (CI tier)', { timeout: 20_000 }, isRefused);
