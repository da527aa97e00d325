import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { signal } from '../server/registry.test.fixture.ts';
import { packedSample } from './author.test.fixture.ts';
import { checkPackage } from './check-package.ts';
import { unasked } from './published-before.ts';

test('docs/publishing.md lists every check and its promise', async () => {
  const text = readFileSync(new URL('../../../docs/publishing.md', import.meta.url), 'utf8');
  const { state, checks } = await checkPackage(await packedSample(), unasked, signal);
  expect(state).toBe('PASSED');
  const [, table] = /^\| check \| promise \|\n\|---\|---\|\n((?:\|.*\n)+)/m.exec(text) ?? [];
  expect(table).toBe(checks.map(({ id, summary }) => `| \`${id}\` | ${summary} |\n`).join(''));
});
