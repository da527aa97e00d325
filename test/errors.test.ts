import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ByomlError, catalogue, type ErrorCode } from '@byoml/core';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const documented = readFileSync(join(root, 'docs', 'errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(2, -2).split(/(?<!\\) \| /).map((cell) => cell.replaceAll('\\|', '|')));
const codes = Object.keys(catalogue) as ErrorCode[];

test('docs/errors.md lists every code of the catalogue and no other, in its order', () => {
  expect(documented.map(([code]) => code)).toEqual(codes.map((code) => `\`${code}\``));
});

test.each(codes)('docs/errors.md says of %s what the catalogue says', (code) => {
  const { exit, http, means, hint } = catalogue[code];
  expect(documented.find(([name]) => name === `\`${code}\``)).toEqual([`\`${code}\``, String(exit), String(http), means, hint]);
});

test('docs/errors.md is what its generator writes', () => {
  expect(() => execFileSync(process.execPath, [join(root, 'toolchain', 'errors-doc.mjs'), '--check'], { stdio: 'pipe' })).not.toThrow();
});

test.each(codes)('%s has the statuses that commands and the API promise, and says what to do', (code) => {
  const { exit, http, means, hint } = catalogue[code];
  expect([1, 2, 3, 4, 5, 6, 7, 130]).toContain(exit);
  expect(http).toBeGreaterThanOrEqual(400);
  expect(http).toBeLessThan(600);
  expect(means).toMatch(/^.+\.$/);
  expect(hint).toMatch(/^[A-Z].+\.$/);
});

test('an error carries what its code says', () => {
  expect(new ByomlError('MODEL_CORRUPT', 'm', { details: { file: 'a' } })).toMatchObject({ code: 'MODEL_CORRUPT', exit: 5, http: 422, hint: catalogue.MODEL_CORRUPT.hint, details: { file: 'a' } });
});
