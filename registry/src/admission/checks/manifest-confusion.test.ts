import { describe, expect, test } from 'vitest';
import { findings, withFields, withFiles } from '../findings.test.fixture.ts';
import { samplePackageJson, sampleFiles } from '../sample-package.ts';
import { manifestConfusion } from './manifest-confusion.ts';

const sent = (packed: Readonly<Record<string, unknown>>, document: Readonly<Record<string, unknown>>, files = {}) =>
  findings(manifestConfusion, withFields(packed, files), { document: { ...samplePackageJson, ...packed, ...document }, version: '1.2.0' });

test('an honest document is accepted', async () => {
  expect(await findings(manifestConfusion, sampleFiles())).toEqual([]);
});

describe('a document that says something else than the tarball is refused', () => {
  test.each([
    ['name', '@example/other'], ['version', '9.9.9'], ['dependencies', {}], ['dependencies', { semver: '^7.8.0', evil: '1.0.0' }], ['optionalDependencies', { evil: '1.0.0' }], ['peerDependencies', {}],
    ['devDependencies', { vitest: '1.0.0' }], ['scripts', { postinstall: 'node steal.js' }], ['scripts', { build: 'tsc -b' }], ['bin', { ls: './dist/index.js' }], ['main', './dist/other.js'], ['type', 'commonjs'],
    ['exports', { '.': './dist/other.js' }], ['imports', { '#x': './x.js' }], ['engines', { node: '>=99' }], ['os', ['win32']], ['cpu', ['x64']], ['libc', ['musl']], ['license', 'MIT-0'],
    ['bundleDependencies', ['semver']], ['peerDependenciesMeta', { '@byoml/core': { optional: true } }], ['deprecated', 'no'], ['hasInstallScript', true], ['browser', './x.js'], ['overrides', { a: '1' }], ['publishConfig', { tag: 'x' }],
  ])('%s: %j', async (field, value) => {
    expect(await sent({}, { [field]: value })).toEqual([expect.stringContaining(`"${field}" is`)]);
  });

  test('in the order of its conditions, which are tried one after another', async () => {
    const exports = { '.': { node: './a.js', default: './b.js' } };
    expect(await sent({ exports }, { exports: { '.': { default: './b.js', node: './a.js' } } })).toHaveLength(1);
    expect(await sent({ exports }, {})).toEqual([]);
  });

  test('because the tarball has what it leaves out', async () => {
    expect(await sent({ scripts: { postinstall: 'node steal.js' } }, { scripts: {} })).toEqual([expect.stringContaining('"scripts" is {"postinstall":"node steal.js"} in the tarball, but the client sent nothing')]);
    expect(await sent({ dependencies: { evil: '1.0.0' } }, { dependencies: undefined })).toHaveLength(1);
  });
});

test('a package is published under the name and version that it has', async () => {
  expect(await findings(manifestConfusion, sampleFiles(), { name: '@example/loud-hours', version: '1.2.1' })).toEqual([
    expect.stringContaining('published as "@example/loud-hours"'), expect.stringContaining('published as "1.2.1"'),
  ]);
});

/** What npm 10.8.2 and 12.2.0 sent for these files: recorded with a server that kept the request. */
describe('what the stock npm client changes on its way is accepted', () => {
  test.each([
    ['the version', { version: 'v1.2.0' }, { version: '1.2.0' }],
    ['one command', { bin: './cmd/run' }, { bin: { 'quiet-hours': 'cmd/run' } }],
    ['commands and their files', { bin: { '../../evil': '../../a.js', ok: './a.js', n: 4 } }, { bin: { ok: 'a.js', evil: 'a.js' } }],
    ['a list of commands', { bin: ['./a.js', 'x/b.js'] }, { bin: { 'a.js': 'a.js', 'b.js': 'x/b.js' } }],
    ['keywords, people and addresses', { keywords: 'a, b', author: 'Me <m@e.f>', repository: 'github:me/x', bugs: 'http://b.c/', homepage: 'x.y', description: undefined }, { keywords: ['a', 'b'], author: { name: 'Me', email: 'm@e.f' }, repository: { type: 'git', url: 'git+https://github.com/me/x.git' }, bugs: { url: 'http://b.c/' }, homepage: 'http://x.y', description: 'first para', contributors: [{ name: 'z' }] }],
    ['scripts', { scripts: { test: 'node_modules/.bin/vitest', bad: 5 } }, { scripts: { test: 'vitest' } }],
    ['scripts that are none', { scripts: 'nope' }, { scripts: undefined }],
    ['bundled packages', { bundledDependencies: ['semver'] }, { bundledDependencies: undefined, bundleDependencies: ['semver'] }],
    ['all packages bundled', { bundleDependencies: true }, { bundleDependencies: ['semver'] }],
    ['no packages bundled', { bundleDependencies: false }, { bundleDependencies: [] }],
    ['a bundled package that nothing depends on', { bundleDependencies: ['other'] }, { dependencies: { semver: '^7.8.0', other: '*' } }],
    ['addresses of packages for development', { devDependencies: { y: 'github:a/b' } }, { devDependencies: { y: 'git+ssh://git@github.com/a/b.git' } }],
    ['what begins with an underscore', { _foo: 1 }, { _foo: undefined, _id: 'x', _nodeVersion: '26.0.0', _npmVersion: '12.2.0', _hasShrinkwrap: false }],
    ['what it adds', {}, { readme: '# hi', readmeFilename: 'README.md', gitHead: 'abc', types: './dist/index.d.ts', man: ['x.1'], maintainers: [], dist: { integrity: 'sha512-' } }],
    ['empty objects', { overrides: {}, optionalDependencies: {} }, { overrides: undefined, optionalDependencies: undefined }],
  ])('%s', async (_, packed, document) => {
    expect(await sent(packed, document)).toEqual([]);
  });

  test('commands of a folder', async () => {
    const files = { 'cmd/a': 'x', 'cmd/sub/b.js': 'x', 'cmd/.hidden': 'x' };
    const bin = { sub: 'cmd/sub', a: 'cmd/a', 'b.js': 'cmd/sub/b.js' };
    expect(await sent({ directories: { bin: './cmd' } }, { bin }, files)).toEqual([]);
    expect(await sent({ directories: { bin: './cmd' } }, { bin: { ...bin, ls: 'cmd/a' } }, files)).toHaveLength(1);
  });

  test('types that the tarball names are no addition of npm', async () => {
    expect(await sent({ types: './a.d.ts' }, { types: './b.d.ts' })).toHaveLength(1);
  });
});

test('what it tells is one printable line', async () => {
  const [told] = await findings(manifestConfusion, withFiles({}), { document: { ...samplePackageJson, main: `\u001b[31m${'x'.repeat(1000)}` } });
  expect(told).toMatch(/^[\x20-\x7E…]{1,500}$/);
});
