import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { folderOf } from './author.test.fixture.ts';
import { registryToken } from './npm-token.ts';

afterAll(removeTemporaryFolders);

const registry = 'https://plugins.example:8443/team/npm/';

test('is taken from where npm takes it: the folder before the user, the nearest address before those above it', async () => {
  const home = await folderOf({ '.npmrc': '; a comment\nregistry=https://registry.example/\n//plugins.example:8443/:_authToken=of-the-host\n//plugins.example:8443/team/:_authToken = "of-the-team"\n//other.example/:_authToken=of-another\n' });
  const [bare, own] = [await temporaryFolder(), await folderOf({ '.npmrc': '//plugins.example:8443/team/npm/:_authToken=${TEAM_TOKEN}\r\n' })];
  const env = { HOME: home, TEAM_TOKEN: 'from-the-environment' };
  expect(await registryToken(registry, { folder: bare, env })).toBe('of-the-team');
  expect(await registryToken('https://plugins.example:8443/', { folder: bare, env })).toBe('of-the-host');
  expect(await registryToken(registry, { folder: own, env })).toBe('from-the-environment');
  expect(await registryToken(registry, { folder: own, env: { ...env, BYOML_REGISTRY_TOKEN: 'given' } })).toBe('given');
  expect(await registryToken(registry, { folder: bare, env: { HOME: bare, npm_config_userconfig: join(home, '.npmrc') } })).toBe('of-the-team');
});

test('is never that of another host or port, and none where there is none', async () => {
  const folder = await folderOf({ '.npmrc': '//plugins.example:8443/:_authToken=secret\n' });
  for (const other of ['https://plugins.example/', 'https://plugins.example:8444/', 'https://plugins.example.evil:8443/']) expect(await registryToken(other, { folder, env: { HOME: folder } })).toBeUndefined();
});
