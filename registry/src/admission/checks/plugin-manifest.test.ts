import { expect, test } from 'vitest';
import { findings, libraryOf, withFields, withFiles, withManifest } from '../findings.test.fixture.ts';
import { sampleFiles } from '../sample-package.ts';
import { pluginManifestCheck } from './plugin-manifest.ts';

test('the manifest that was generated is accepted, and a library has none', async () => {
  expect(await findings(pluginManifestCheck, sampleFiles())).toEqual([]);
  expect(await findings(pluginManifestCheck, libraryOf({}))).toEqual([]);
});

test.each([
  ['another contract', withManifest({ contract: 2 }), 'contract'],
  ['an unknown capability', withManifest({ capabilities: { childProcess: true } }), 'childProcess'],
  ['an unknown kind', withManifest({ components: [{ kind: 'daemon', id: 'x', summary: 'y' }] }), 'components.0.kind'],
  ['another name', withManifest({ name: '@example/loud-hours' }), 'its name is "@example/loud-hours"'],
  ['another version', withManifest({ version: '1.2.1' }), 'its version is "1.2.1"'],
  ['no JSON', withFiles({ 'byoml.plugin.json': '{' }), 'it is no JSON'],
  ['no UTF-8', withFiles({ 'byoml.plugin.json': Buffer.from([0xff]) }), 'it is no JSON'],
  ['a list', withFiles({ 'byoml.plugin.json': '[]' }), 'expected object'],
  ['too much', withFiles({ 'byoml.plugin.json': `"${'x'.repeat(2 ** 20)}"` }), 'longer than'],
])('a manifest with %s', async (_, files, message) => {
  expect(await findings(pluginManifestCheck, files)).toEqual([expect.stringContaining(message)]);
});

test('a package that calls itself a plugin has a manifest, and a manifest makes it one', async () => {
  const { 'byoml.plugin.json': manifest = '', ...others } = sampleFiles();
  expect(await findings(pluginManifestCheck, others)).toEqual([expect.stringContaining('byoml-plugin')]);
  expect(await findings(pluginManifestCheck, withFields({ keywords: [], version: '2.0.0' }, { 'byoml.plugin.json': manifest }))).toHaveLength(1);
});
