import { expect, test } from 'vitest';
import { findings, withFields, withFiles } from '../findings.test.fixture.ts';
import { sampleFiles } from '../sample-package.ts';
import { lifecycleScripts } from './lifecycle-scripts.ts';

test('a package without them is accepted, also one that builds before it is packed', async () => {
  expect(await findings(lifecycleScripts, sampleFiles())).toEqual([]);
  expect(await findings(lifecycleScripts, withFields({ scripts: { prepack: 'tsc', prepublishOnly: 'npm test', postpack: 'x', test: 'vitest' }, bin: { 'quiet-hours': './dist/index.js' } }))).toEqual([]);
});

test.each(['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare', 'prepublish', 'preuninstall', 'uninstall', 'postuninstall'])('the script %s', async (event) => {
  expect(await findings(lifecycleScripts, withFields({ scripts: { [event]: 'node steal.js' } }))).toEqual([expect.stringContaining(`"${event}"`)]);
});

test('scripts of a package that it bundles', async () => {
  const files = withFiles({ 'node_modules/@a/b/package.json': '{"scripts":{"install":"node steal.js"}}', 'node_modules/c/node_modules/d/package.json': '{"scripts":{"postinstall":"x"}}' });
  expect(await findings(lifecycleScripts, files)).toEqual([expect.stringContaining('node_modules/@a/b/package.json: '), expect.stringContaining('node_modules/c/node_modules/d/package.json: ')]);
});

test.each(['binding.gyp', 'BINDING.GYP', 'node_modules/x/binding.gyp', 'deps/a.gypi'])('npm would build %s', async (path) => {
  expect(await findings(lifecycleScripts, withFiles({ [path]: '{}' }))).toEqual([expect.stringContaining('native code')]);
});

test.each([[{ node: './a.js' }], [{ '../../bin/npm': './a.js' }], [{ 'GIT.exe': './a.js' }], [{ sh: './a.js' }], [{ byoml: './a.js' }], [['x/npx']]])('the command %j', async (bin) => {
  expect(await findings(lifecycleScripts, withFields({ bin }))).toEqual([expect.stringContaining('would stand in for another')]);
});

test('a command that is named after the package, or lies in a folder of commands', async () => {
  expect(await findings(lifecycleScripts, withFields({ name: 'ls', bin: './a.js' }))).toHaveLength(1);
  expect(await findings(lifecycleScripts, withFields({ directories: { bin: 'cmd' } }, { 'cmd/git': 'x' }))).toHaveLength(1);
  expect(await findings(lifecycleScripts, withFields({ name: '@byoml/cli', bin: { byoml: './a.js' } }))).toEqual([]);
});
