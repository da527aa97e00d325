import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundlePath } from '../admin/bundle-layout.ts';
import { cardKey } from '../npm/card.ts';
import { packumentKey, tarballKey } from '../npm/name.ts';
import { integrityOf } from '../npm/tarball.ts';
import { bomb } from '../package/pack.test.fixture.ts';
import { tarOf, type RawEntry } from '../package/pack.ts';
import { keyOfRole } from '../trust/tuf/files.ts';
import { newKey, objectsOf, testRegistry, utf8 } from '../trust/tuf/registry.test.fixture.ts';
import { refreshTimestamp } from '../trust/tuf/refresh.ts';
import { filesOf, install, newWorkspace, now, offerOf, PluginRegistry, refusedWith, removeWorkspaces, signal, tarballOf } from './plugin-registry.test.fixture.ts';
import { searchRegistry } from './search-registry.ts';

afterAll(removeWorkspaces);

let registry: PluginRegistry;
let workspace: string;
beforeEach(async () => {
  registry = await PluginRegistry.open();
  workspace = await newWorkspace();
  await registry.publish();
});
afterEach(() => registry[Symbol.asyncDispose]());

const odd = '@acme/odd';
const textOf = async (path: string): Promise<string> => new TextDecoder().decode((await registry.trust.storage.read(path, signal))?.bytes);

describe('versions', () => {
  beforeEach(async () => {
    await registry.publish({ version: '1.1.0' });
    await registry.publish({ version: '1.2.0', yanked: 'It is broken.' });
  });

  test.each([[undefined, '1.1.0'], ['1.0.0', '1.0.0'], ['latest', '1.2.0'], ['1.2.0', '1.2.0'], ['^1.0.0', '1.1.0'], ['>=1.0.0 <1.1.0', '1.0.0']])('wanted as %s are resolved to %s', async (wanted, version) => {
    expect((await offerOf(workspace, registry, wanted === undefined ? {} : { wanted })).version).toBe(version);
  });

  test('that are not there are told with the registry\'s reason', async () => {
    const later = JSON.stringify({ error: { code: 'PACKAGE_UNKNOWN', message: `${odd}@2.0.0 appears at 2030-01-01T00:00:00.000Z` } });
    registry.meddle = (path, response) => {
      if (path !== 'npm/@acme/odd/2.0.0') return undefined;
      response.writeHead(404, { 'content-length': String(later.length) }).end(later);
      return 'answered';
    };
    await expect(offerOf(workspace, registry, { wanted: '2.0.0' })).rejects.toEqual(refusedWith('PACKAGE_UNKNOWN', 'appears at 2030'));
    await expect(offerOf(workspace, registry, { wanted: '^9.0.0' })).rejects.toEqual(refusedWith('PACKAGE_UNKNOWN', '^9.0.0'));
    await expect(offerOf(workspace, registry, { name: '@acme/none' })).rejects.toEqual(refusedWith('PACKAGE_UNKNOWN', '@acme/none'));
  });

  test('of a package that is no plugin are no offer', async () => {
    await registry.publish({ name: 'library', plugin: false });
    await expect(offerOf(workspace, registry, { name: 'library' })).rejects.toEqual(refusedWith('PLUGIN_NOT_FOUND', 'no plugin'));
  });
});

describe('a registry or a host that was tampered with is refused', () => {
  const evil = tarballOf({ files: { 'dist/evil.js': 'evil' } });

  test('with another tarball', async () => {
    await registry.write(tarballKey(odd, '1.0.0'), evil);
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', odd));
  });

  test('with another tarball and its packument and card, which satisfies plain npm', async () => {
    const [genuine, other] = [tarballOf({}), evil].map(integrityOf) as [string, string];
    await registry.write(tarballKey(odd, '1.0.0'), evil);
    for (const key of [packumentKey(odd), cardKey(odd, '1.0.0')]) await registry.write(key, utf8((await textOf(key)).replaceAll(genuine, other)));
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'npm/@acme/odd'));
  });

  test('with a signature of the author over other bytes, although the registry signs them', async () => {
    const author = newKey();
    await registry.publish({ version: '2.0.0', author });
    const card = JSON.parse(await textOf(cardKey(odd, '2.0.0'))) as object;
    await registry.publish({ version: '2.0.0', author, files: { 'dist/evil.js': '' } });
    const forged = { ...(JSON.parse(await textOf(cardKey(odd, '2.0.0'))) as object), author: (card as { author: unknown }).author };
    await registry.sign({ [cardKey(odd, '2.0.0')]: utf8(JSON.stringify(forged)) });
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'integrity'));
  });

  test('with other bytes under a version that is installed, although the registry signs them', async () => {
    await install(await offerOf(workspace, registry), workspace);
    await registry.publish({ files: { 'dist/evil.js': '' } });
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'plugins.lock has'));
  });

  test('that answers more bytes than were signed', async () => {
    registry.meddle = (path) => (path.endsWith('.tgz') ? Buffer.alloc(1 << 20) : undefined);
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'more than'));
  });

  test('that goes back to an older state', async () => {
    const before = await objectsOf(registry.trust.storage);
    await registry.publish({ version: '1.1.0' });
    await offerOf(workspace, registry);
    registry.meddle = (path, response) => before.get(path) ?? (path.startsWith('tuf/') ? (response.writeHead(404).end(), 'answered') : undefined);
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'timestamp'));
  });

  test('whose timestamp has expired', async () => {
    await refreshTimestamp({ storage: registry.trust.storage, key: registry.trust.keys.timestamp, clock: { now: () => new Date(0) } }, signal);
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'expired'));
  });

  test('that mixes what it signed at different times', async () => {
    const before = await objectsOf(registry.trust.storage);
    await registry.publish({ version: '1.1.0' });
    registry.meddle = (path) => (path === 'tuf/timestamp.json' ? undefined : /snapshot/.test(path) ? before.get('tuf/1.snapshot.json') : undefined);
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED', 'snapshot'));
  });

  test('that begins anew with other keys', async () => {
    await offerOf(workspace, registry);
    const other = await testRegistry();
    await other.publish(packumentKey(odd), '{}');
    const objects = await objectsOf(other.storage);
    registry.meddle = (path) => (path.startsWith('tuf/') ? objects.get(path) : undefined);
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED'));
  });

  test('that is not the one whose root came another way', async () => {
    const { trustedRoot } = await testRegistry();
    await expect(offerOf(workspace, registry, { trustedRoot })).rejects.toEqual(refusedWith('TRUST_REFUSED'));
    expect((await offerOf(workspace, registry, { trustedRoot: registry.trust.trustedRoot })).root.first).toBe(false);
  });
});

test('what changes because somebody publishes meanwhile is read again', async () => {
  const late = await textOf(packumentKey(odd));
  await registry.publish({ version: '1.1.0' });
  let stale = 2;
  registry.meddle = (path) => (path === packumentKey(odd) && stale-- > 0 ? utf8(late) : undefined);
  expect((await offerOf(workspace, registry)).version).toBe('1.1.0');
});

describe('a tarball that reaches out is refused, also where the registry admits it', () => {
  const file = (path: string): RawEntry => ({ path, bytes: 'x' });
  test.each<[string, Uint8Array]>([
    ['a symbolic link', gzipSync(tarOf([{ path: 'package/link', type: 'SymbolicLink', linkpath: '/etc/passwd' }]))],
    ['a hard link', gzipSync(tarOf([file('package/a'), { path: 'package/b', type: 'Link', linkpath: 'package/a' }]))],
    ['a path that leads out', gzipSync(tarOf([file('package/../../evil')]))],
    ['an absolute path', gzipSync(tarOf([file('/tmp/evil')]))],
    ['a bomb', bomb(300 << 20)],
    ['another package inside', tarballOf({ name: '@acme/even' })],
  ])('%s', async (_, tarball) => {
    await registry.publish({ version: '2.0.0', tarball });
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('TRUST_REFUSED'));
    expect(await readdir(workspace)).toEqual(['.byoml']);
  });
});

describe('a scope belongs to one registry', () => {
  test('another with the same names is refused, with the same plugin and with another one', async () => {
    await install(await offerOf(workspace, registry), workspace);
    await using side = await PluginRegistry.open();
    await side.publish({ version: '9.0.0' });
    await side.publish({ name: '@acme/even', version: '9.0.0' });
    await expect(offerOf(workspace, side)).rejects.toEqual(refusedWith('TRUST_REFUSED', registry.url));
    await expect(offerOf(workspace, side, { name: '@acme/even' })).rejects.toEqual(refusedWith('TRUST_REFUSED', registry.url));
  });

  test('a dependency of that scope comes from its registry, and one of an unknown scope from nowhere', async () => {
    await using side = await PluginRegistry.open();
    await side.publish({ name: '@acme/dep', version: '9.0.0', plugin: false });
    await registry.publish({ name: '@acme/dep', plugin: false });
    await install(await offerOf(workspace, registry), workspace);
    await side.publish({ name: '@other/plugin', packageJson: { dependencies: { '@acme/dep': '*' } } });
    await install(await offerOf(workspace, side, { name: '@other/plugin' }), workspace);
    const files = await filesOf(join(workspace, '.byoml/plugins/node_modules/@acme/dep'));
    expect(files['package.json']).toContain('"version": "1.0.0"');
    await appendFile(join(workspace, '.byoml/plugins/.npmrc'), `@nobody-has-this:registry=${side.url}\n`);
    await side.publish({ name: '@other/lost', packageJson: { dependencies: { '@nobody-has-this/dep': '*' } } });
    await expect(install(await offerOf(workspace, side, { name: '@other/lost' }), workspace)).rejects.toEqual(refusedWith('TRUST_REFUSED', '@nobody-has-this'));
  });
});

describe('addresses', () => {
  test.each(['http://plugins.example/', 'ftp://127.0.0.1/', 'https://user:secret@plugins.example/', 'https://plugins.example/?a'])('%s is refused before anybody is asked', async (address) => {
    await expect(offerOf(workspace, address)).rejects.toEqual(refusedWith('USAGE_INVALID'));
  });

  test('a registry that does not answer, and one that is none, have failed', async () => {
    const { url } = registry;
    registry.meddle = (_path, response) => (response.writeHead(500).end(), 'answered');
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('REGISTRY_FAILED', url));
    registry.meddle = (_path, response) => (response.writeHead(404).end(), 'answered');
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('REGISTRY_FAILED', url));
    registry.meddle = (path, response) => (path === keyOfRole('timestamp') ? (response.writeHead(503).end(), 'answered') : undefined);
    await expect(offerOf(workspace, registry)).rejects.toEqual(refusedWith('REGISTRY_FAILED', url));
    await expect(offerOf(workspace, undefined)).rejects.toEqual(refusedWith('USAGE_INVALID', '--registry'));
  });

  test.each<[string, (folder: string, key: string) => string]>([
    ['as it is exported', bundlePath],
    ['as a registry keeps it', (folder, key) => join(folder, 'objects', `${key}=`)],
  ])('an offline bundle %s is read with the same checks, and nothing is written into it', async (_, pathOf) => {
    const bundle = await newWorkspace();
    for (const [key, bytes] of await objectsOf(registry.trust.storage)) {
      await mkdir(dirname(pathOf(bundle, key)), { recursive: true });
      await writeFile(pathOf(bundle, key), bytes);
    }
    const before = await filesOf(bundle);
    await install(await offerOf(workspace, bundle), workspace);
    expect(await filesOf(bundle)).toEqual(before);
    await writeFile(pathOf(bundle, tarballKey(odd, '1.0.0')), tarballOf({ files: { 'evil.js': '' } }));
    await expect(offerOf(await newWorkspace(), bundle)).rejects.toEqual(refusedWith('TRUST_REFUSED'));
  });
});

test('a search tells what the registry says, made safe to print', async () => {
  const found = { objects: [{ package: { name: odd, version: '1.0.0', description: 'Odd \u001b[31mthings', date: now.toISOString(), maintainers: [{ username: 'alice' }] } }] };
  registry.meddle = (path) => (path.startsWith('npm/-/v1/search?') ? utf8(JSON.stringify(found)) : undefined);
  expect(await searchRegistry(registry.url, 'odd', signal)).toEqual([{ name: odd, version: '1.0.0', description: 'Odd [31mthings', owners: ['alice'], published: now.toISOString() }]);
  registry.meddle = () => utf8('{}');
  await expect(searchRegistry(registry.url, 'odd', signal)).rejects.toEqual(refusedWith('REGISTRY_FAILED'));
});
