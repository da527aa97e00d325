import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openInstalled } from './installed.ts';
import { newWorkspace, refusedWith, removeWorkspaces } from './plugin-registry.test.fixture.ts';
import { parsePluginsLock, pluginsLockText } from './plugins-lock-file.ts';

afterAll(removeWorkspaces);

const digest = 'a'.repeat(64);
const version = { version: '1.0.0', registry: 'https://plugins.example/', integrity: `sha512-${'A'.repeat(86)}==`, contents: digest, manifest: digest, signer: { by: 'registry', account: 'alice', key: null }, capabilities: {}, level: 'L3', installed: '2026-01-05T12:00:00.000Z' } as const;
const plugin = { ...version, kept: [], earlier: [] };
const lock = (plugins: unknown): string => JSON.stringify({ lock: 1, plugins, dependencies: digest });

test('a lock that this program wrote is read as it was', () => {
  const text = pluginsLockText({ lock: 1, plugins: { b: plugin, '@a/a': plugin }, dependencies: digest });
  expect(pluginsLockText(parsePluginsLock(text, 'plugins.lock'))).toBe(text);
  expect(text.indexOf('@a/a')).toBeLessThan(text.indexOf('"b"'));
});

test.each<[string, string]>([
  ['no JSON', '{'], ['a list', '[]'], ['nothing', ''], ['another format', JSON.stringify({ lock: 2, plugins: {}, dependencies: digest })],
  ['a name that leads out', lock({ '../evil': plugin })], ['the name of a prototype', `{"lock":1,"dependencies":"${digest}","plugins":{"__proto__":${JSON.stringify(plugin)}}}`],
  ['a version that leads out', lock({ a: { ...plugin, version: '../../evil' } })], ['a kept version that leads out', lock({ a: { ...plugin, kept: [{ ...version, version: '1.0.0/../..' }] } })],
  ['a registry with a line break', lock({ a: { ...plugin, registry: 'https://a/\nignore-scripts=false/' } })], ['a registry of another protocol', lock({ a: { ...plugin, registry: 'javascript:x/' } })],
  ['a level that does not exist', lock({ a: { ...plugin, level: 'L9' } })], ['a digest that is none', lock({ a: { ...plugin, integrity: 'sha1-x' } })], ['an unknown key', lock({ a: { ...plugin, trusted: true } })],
  ['too much', ' '.repeat(9 << 20)],
])('a lock with %s is refused, and nothing loads', async (_, text) => {
  expect(() => parsePluginsLock(text, 'plugins.lock')).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED' }));
  const workspace = await newWorkspace();
  await mkdir(join(workspace, '.byoml/plugins'), { recursive: true });
  await writeFile(join(workspace, 'plugins.lock'), text);
  await expect(openInstalled(workspace)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'plugins.lock'));
});
