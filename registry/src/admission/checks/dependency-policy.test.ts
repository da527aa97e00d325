import { describe, expect, test } from 'vitest';
import { findings, libraryOf, withFields, withFiles } from '../findings.test.fixture.ts';
import { sampleFiles } from '../sample-package.ts';
import { dependencyPolicy } from './dependency-policy.ts';

test.each(['1.2.3', '^1.2.3', '~1.2', '>=1 <3', '1.x', '1.0.0-rc.1', 'npm:@example/fork@^1.0.0'])('the range %s', async (range) => {
  expect(await findings(dependencyPolicy, withFields({ dependencies: { '@example/x': range } }))).toEqual([]);
});

describe('code from elsewhere', () => {
  test.each([
    'git+https://example.test/x.git', 'git://example.test/x', 'github:a/b', 'a/b', 'https://example.test/x.tgz', 'http://example.test/x.tgz', 'file:../x', '../x', 'link:../x', 'workspace:*', 'catalog:',
    'portal:../x', 'patch:x@npm:1.0.0#y', 'npm:lodash@1.0.0', 'npm:@other/x@1.0.0', 'latest', 'next', '*', '', 'x', '>=0',
  ])('%j', async (range) => {
    for (const kind of ['dependencies', 'optionalDependencies']) expect(await findings(dependencyPolicy, withFields({ [kind]: { '@example/x': range } }))).toEqual([expect.stringContaining('"@example/x"')]);
  });

  test('also as a peer, where every version may do', async () => {
    const peers = (range: string) => findings(dependencyPolicy, withFields({ peerDependencies: { '@byoml/core': '^0.1.0', x: range } }));
    expect(await peers('*')).toEqual([]);
    expect(await peers('git://example.test/x')).toHaveLength(1);
  });

  test.each([[{ '../../x': '1.0.0' }], [{ x: 1 }], [['x@1']], ['x']])('as %j', async (dependencies) => {
    expect(await findings(dependencyPolicy, withFields({ dependencies }))).toHaveLength(1);
  });

  test('for development is nobody else\'s business', async () => {
    expect(await findings(dependencyPolicy, withFields({ devDependencies: { x: 'file:../x' } }))).toEqual([]);
  });
});

test('a plugin names its core as a peer; a library need not', async () => {
  expect(await findings(dependencyPolicy, withFields({ peerDependencies: { x: '1.0.0' } }))).toEqual([expect.stringContaining('@byoml/core')]);
  expect(await findings(dependencyPolicy, withFields({ peerDependencies: undefined }))).toHaveLength(1);
  expect(await findings(dependencyPolicy, libraryOf({ 'package.json': '{"name":"@example/l","version":"1.0.0"}' }))).toEqual([]);
});

describe('bundled packages', () => {
  const bundle = (packageJson: unknown, extra = {}) => findings(dependencyPolicy, withFields({ dependencies: { semver: '^7.8.0' }, bundleDependencies: ['semver'] }, { ...(packageJson !== undefined && { 'node_modules/semver/package.json': JSON.stringify(packageJson) }), ...extra }));
  test('lie in the tarball, by name and in range', async () => {
    expect(await bundle({ name: 'semver', version: '7.9.0', dependencies: { other: '^1.0.0' } })).toEqual([]);
    expect(await bundle(undefined)).toEqual([expect.stringContaining('does not lie in the tarball')]);
    expect(await bundle({ name: 'evil', version: '7.9.0' })).toHaveLength(1);
    expect(await bundle({ name: 'semver', version: '6.0.0' })).toEqual([expect.stringContaining('does not have a version in ^7.8.0')]);
    expect(await bundle(['no object'])).toHaveLength(2);
  });

  test('take nothing from elsewhere', async () => {
    expect(await bundle({ name: 'semver', version: '7.9.0', dependencies: { evil: 'https://example.test/x.tgz' } })).toEqual([expect.stringContaining('takes "evil"')]);
  });

  test('are named', async () => {
    expect(await findings(dependencyPolicy, withFiles({ 'node_modules/evil/index.js': '' }))).toEqual([expect.stringContaining('"bundleDependencies" does not name')]);
  });
});

test('the sample is accepted', async () => {
  expect(await findings(dependencyPolicy, sampleFiles())).toEqual([]);
});
