import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ByomlError } from '../contracts/errors.ts';
import type { Secrets } from '../contracts/services.ts';
import { withPaths } from './paths.ts';
import { secretsOf, withSecrets } from './secrets.ts';

const asked: string[] = [];
const secrets: Secrets = {
  async get(name) {
    asked.push(name);
    if (name === 'GONE') throw new ByomlError('SECRET_MISSING', `secret "${name}"`);
    return `<${name} $& \${secret:OTHER}>`;
  },
};
const { signal } = new AbortController();

test('secrets are put into texts at any depth, each asked for once, their content left alone', async () => {
  const settings = { a: '${secret:ONE}', deep: { list: ['x${secret:TWO}y${secret:ONE}', 5, null] }, '${secret:KEY}': true };
  expect(secretsOf(settings)).toEqual(['ONE', 'TWO']);
  asked.length = 0;
  expect(await withSecrets(settings, secrets, signal)).toEqual({
    a: '<ONE $& ${secret:OTHER}>', deep: { list: ['x<TWO $& ${secret:OTHER}>y<ONE $& ${secret:OTHER}>', 5, null] }, '${secret:KEY}': true,
  });
  expect(asked).toEqual(['ONE', 'TWO']);
  expect(settings.a).toBe('${secret:ONE}');
});

test('a missing secret fails', async () => {
  await expect(withSecrets({ password: '${secret:GONE}' }, secrets, signal)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
});

test('relative paths are of the folder, everything else stays', () => {
  const absolute = resolve('/x/y.csv');
  expect(withPaths({ path: './a.csv', other: './a.csv', deep: { path: ['b.csv', absolute, ''] }, list: [{ path: 'https://host/x' }], n: 1 }, resolve('/ws'))).toEqual({
    path: join(resolve('/ws'), 'a.csv'), other: './a.csv', deep: { path: [join(resolve('/ws'), 'b.csv'), absolute, ''] }, list: [{ path: 'https://host/x' }], n: 1,
  });
});
