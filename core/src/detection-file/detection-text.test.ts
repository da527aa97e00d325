import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Detection, Use } from './detection.ts';
import { detectionText } from './detection-text.ts';
import { parseDetection } from './parse.ts';

const dayMs = 86_400_000;
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const address = fc.tuple(word, word, fc.constantFrom('', ':compat')).map(([plugin, component, profile]) => `${plugin}/${component}${profile}`);
// A name that hints at a secret, and the one key that no mapping can have, are refused.
const key = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => name !== '__proto__' && !/key|sas|pwd|pass|secret|token|cred|conn/i.test(name));
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('null', 'true', '12', '1e3', '~', '- a', 'a: b', '# c', '{x', '*a', '!t', '2026-11-24', 'a\nb\n', ' x ', '\u0000', '\u2028', "it's", '"', '\\', '.nan', '0x1', '<<', '---')).filter((each) => !each.includes('${') && !/:\/\/|=/.test(each));
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0) && (!Number.isInteger(each) || Number.isSafeInteger(each))));
const setting = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, text, number, fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true })),
})).value;
const use: fc.Arbitrary<Use> = fc.record({ use: address, settings: fc.dictionary(key, setting, { maxKeys: 3, noNullPrototype: true }) });
const filled = text.filter((each) => each !== '');
const pattern = filled.filter((each) => { try { return new RegExp(each, 'u').source !== ''; } catch { return false; } }).map((each) => new RegExp(each, 'u')); // prettier-ignore
const path = filled.filter((each) => /^[^\0\n]+$/u.test(each));
const name = fc.option(filled, { nil: null });
const said = filled.filter((each) => !/\p{Cc}/u.test(each) && each.trim() !== '');
const days = (from: number, to: number) => fc.integer({ min: from, max: to }).map((each) => each * dayMs);
const inline = fc.record({ table: fc.stringMatching(/^\w{1,8}$/), columns: fc.dictionary(key, path, { minKeys: 1, maxKeys: 4, noNullPrototype: true }), where: fc.array(fc.record({ columns: fc.array(filled, { minLength: 1, maxLength: 2 }), in: fc.array(filled, { minLength: 1, maxLength: 2 }) }), { maxLength: 2 }), sql: fc.constantFrom(null, 'SELECT *\nFROM source -- x', 'WITH a AS (SELECT 1) SELECT "user" FROM a') });

const detection: fc.Arbitrary<Detection> = fc.record({
  name: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('-')),
  source: use,
  view: fc.oneof(fc.constant(null), use, inline),
  filters: fc.array(fc.oneof(fc.record({ column: filled, matching: pattern, notMatching: fc.option(pattern) }), fc.record({ column: filled, matching: fc.constant(null), notMatching: pattern })), { maxLength: 2 }),
  enrich: fc.array(fc.record({ source: use, key: filled, columns: fc.array(filled, { minLength: 1, maxLength: 3 }) }), { maxLength: 2 }),
  algorithm: use,
  train: fc.record({ window: days(30, 3660), every: days(1, 30) }),
  score: fc.record({ every: fc.constantFrom(1, 2, 5, 15, 60, 480, 1440).map((minutes) => minutes * 60_000), lag: fc.integer({ min: 0, max: 600_000 }).map((seconds) => seconds * 1000) }),
  budget: fc.record({ perDay: fc.integer({ min: 1, max: 1_000_000_000 }).map((each) => each / 1000) }),
  calendar: fc.record({ timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'), workdays: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }), holidays: fc.uniqueArray(fc.integer({ min: -10_000, max: 40_000 })).map((each) => each.sort((a, b) => a - b)) }),
  scanners: fc.array(filled, { maxLength: 2 }),
  rules: fc.array(use, { maxLength: 2 }),
  sinks: fc.array(use, { maxLength: 2 }),
  suppress: fc.uniqueArray(fc.record({
    id: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('-')), match: fc.record({ user: name, resource: name, scope: name, sourceHost: name }).filter((match) => Object.values(match).some((each) => /[^*]/.test(each ?? ''))),
    owner: said, reason: said, expires: fc.integer({ min: 0, max: 1_800_000_000 }).map((seconds) => seconds * 1000).filter((at) => at < Date.now()), wide: fc.boolean(),
  }), { maxLength: 2, selector: ({ id }) => id }),
  engine: address,
}) as fc.Arbitrary<Detection>;

test('what is written is read back as the same detection', () => {
  fc.assert(
    fc.property(detection, (said) => {
      expect(parseDetection(detectionText(said), `detections/${said.name}.yaml`).detection).toEqual(said);
    }),
    { numRuns: 300 },
  );
});

test('what is not said is the default of a file', () => {
  const least = { name: 'share-access', source: { use: 'files/table', settings: {} }, algorithm: { use: 'a/b', settings: {} } };
  expect(parseDetection(detectionText(least), 'share-access.yaml').detection).toEqual(parseDetection('version: 1\nname: share-access\nsource: files/table\nalgorithm: a/b', 'share-access.yaml').detection);
});

test('the file is for people', () => {
  const written = detectionText({ name: 'share-access', source: { use: 'files/data-export', settings: { path: './export', table: 'SecurityEvent' } }, algorithm: { use: 'a/b', settings: {} }, budget: { perDay: 2.5 } });
  expect(written).toContain('# How many incidents you want to look at.\nbudget: 2.5/day\n');
  expect(written).toContain('source: { use: files/data-export, settings: { path: ./export, table: SecurityEvent } }\n');
  expect(written).toContain('calendar: { timeZone: UTC, workdays: [ mon, tue, wed, thu, fri ], holidays: [] }\n');
});
