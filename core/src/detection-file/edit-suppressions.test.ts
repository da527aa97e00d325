import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Suppression } from './detection.ts';
import { withoutSuppression, withSuppression } from './edit-suppressions.ts';
import { parseDetection } from './parse.ts';
import { suppressionId } from './suppression.ts';

const least = '# ours\nversion: 1 # the first\nname: share-access\nsource:   files/table\nalgorithm: a/b\n';
const suppression = (user: string, change: Partial<Suppression> = {}): Suppression => {
  const match = { user, resource: null, scope: null, sourceHost: null };
  return { id: suppressionId(match), match, owner: 'ann', reason: "it's # known: yes", expires: Date.parse('2026-01-31T12:00:00Z'), wide: false, ...change };
};
const file = 'detections/share-access.yaml';
const read = (text: string) => parseDetection(text, file).detection;

const one = '{ match: { user: one }, owner: ann, reason: r, expires: 2026-01-01 }';
const two = '{ id: two, match: { user: two }, owner: ann, reason: r, expires: 2026-01-02 }';
const layouts: ReadonlyArray<readonly [what: string, text: string]> = [
  ['no key', least], ['no key and no end of line', least.trimEnd()], ['an empty list', `${least}suppress:  []   # none yet\nbudget: 9/day\n`], ['a key without a value', `${least}suppress: # none yet\n  # - here\nbudget: 9/day\n`],
  ['a null', `${least}suppress: null # x\n`], ['one line', `${least}suppress: [ ${one} ] # x\nbudget: 9/day\n`],
  ['lines in brackets', `${least}suppress: [\n  ${one}, # first\n  ${two} # second\n]\n`], ['a trailing comma', `${least}suppress: [\n  ${one},\n]\n`],
  ['dashes', `${least}suppress:\n  # the first\n  - ${one} # x\n\n  # the second\n  - ${two} # y\n# behind\nbudget: 9/day\n`], ['dashes at the margin', `${least}suppress:\n- ${one}\n- ${two}\n`],
  ['mappings below each other', `${least}suppress:\n    - match:\n        user: one # who\n      owner: ann\n      reason: |\n        r\n      expires: 2026-01-01\n    - ${two}\nbudget: 9/day\n`.replace('reason: |\n        r', 'reason: "r"')],
  ['other line ends', `${least}suppress:\n  - ${one} # x\n`.replaceAll('\n', '\r\n')], ['a mark in front', `\uFEFF${least}suppress: [ ${one} ]\n`], ['one mapping in braces', '{ version: 1, name: share-access, source: files/table, algorithm: a/b }\n'],
];

test.each(layouts)('a suppression is added to a file with %s; all the rest stays as it is written', (_, text) => {
  const added = withSuppression(text, file, suppression('new*'));
  expect(read(added)).toEqual({ ...read(text), suppress: [...read(text).suppress, suppression('new*')] });
  const words = (said: string): string[] => said.split(/[\s,[\]]+/u).filter((word) => word !== '' && word !== 'null');
  for (const word of words(text)) expect(added).toContain(word);
  expect(added.split(/\r?\n/u).filter((line) => line.includes('#')).length).toBeGreaterThanOrEqual(text.split(/\r?\n/u).filter((line) => line.includes('#')).length);
});

test.each(layouts)('what was added to a file with %s is taken out again, also in the end', (_, text) => {
  const added = withSuppression(text, file, suppression('new*'));
  expect(read(withoutSuppression(added, file, suppression('new*').id))).toEqual(read(text));
  let left = added;
  for (const { id } of read(added).suppress) left = withoutSuppression(left, file, id);
  expect(read(left)).toEqual({ ...read(text), suppress: [] });
  for (const line of ['# ours', '# the first']) expect(left.includes(line)).toBe(text.includes(line));
});

test('lines that are not of the entry stay to the letter', () => {
  const text = `${least}suppress:\n  - ${one} # x\n\n# behind\nbudget: 9/day\n`;
  const added = withSuppression(text, file, suppression('new*'));
  expect(added).toBe(text.replace('# x\n', `# x\n  - { match: { user: new* }, owner: ann, reason: "it's # known: yes", expires: 2026-01-31T12:00:00Z }\n`));
  expect(withoutSuppression(added, file, suppression('new*').id)).toBe(text);
});

test('a list that is written elsewhere is left alone', () => {
  const text = `${least}suppress: &all [ ${one} ]\n`;
  expect(read(withSuppression(text, file, suppression('new*'))).suppress).toHaveLength(2);
  const alias = `${least}calendar: &empty {}\nscanners: &none []\nsuppress: *none\n`;
  expect(() => withSuppression(alias, file, suppression('new*'))).toThrow(expect.objectContaining({ code: 'DETECTION_INVALID', message: expect.stringContaining('by hand: { match: { user: new* }') }));
});

const said = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text) && text.trim() !== '' && !text.includes('${'));
test('whatever it says, it is read back, and nothing else changes', () => {
  fc.assert(fc.property(fc.constantFrom(...layouts.map(([, text]) => text)), said.filter((text) => /[^*]/.test(text)), said, said, (text, user, owner, reason) => {
    const made = suppression(user, { owner, reason });
    expect(read(withSuppression(text, file, made))).toEqual({ ...read(text), suppress: [...read(text).suppress, made] });
  }), { numRuns: 300 });
});
