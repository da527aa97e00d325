import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { verifyLog } from '../log/event-log.ts';
import { folderStorage } from '../storage/folder.ts';
import { memoryStorage } from '../storage/memory.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import type { Storage } from '../storage/storage.ts';
import type { Admit } from './admit.ts';
import { staticAdmission } from './static-admission.ts';
import { day, publishBody, packed, Rig, signal, tarballOf } from './registry.test.fixture.ts';

afterAll(removeTemporaryFolders);

const drivers: Readonly<Record<string, () => Promise<Storage>>> = { folder: async () => folderStorage(await temporaryFolder()), memory: async () => memoryStorage() };

describe.each(Object.entries(drivers))('on %s storage', (_, open) => {
  test('twenty versions published at once are all there', async () => {
    await using storage = await open();
    await using rig = await Rig.open({ storage });
    const versions = Array.from({ length: 20 }, (_each, i) => `1.0.${i}`);
    const answers = await Promise.all(versions.map((version) => rig.publish({ version })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(versions.map(() => 201));
    expect((await rig.versions()).sort()).toEqual(versions.toSorted());
    expect((await verifyLog(storage, signal)).number).toBe(20);
  });

  test('twenty versions published through four servers at once are all there', async () => {
    await using storage = await open();
    await using first = await Rig.open({ storage });
    await first.tokenOf('author');
    await using second = await Rig.open({ storage, before: first });
    await using third = await Rig.open({ storage, before: first });
    await using fourth = await Rig.open({ storage, before: first });
    const rigs = [first, second, third, fourth];
    const versions = Array.from({ length: 20 }, (_each, i) => `1.0.${i}`);
    await Promise.all(versions.map((version, i) => (rigs[i % 4] as Rig).publish({ version })));
    for (const rig of rigs) expect((await rig.versions()).sort()).toEqual(versions.toSorted());
  });

  test('of twenty that publish the same version at once, one does', async () => {
    await using storage = await open();
    await using rig = await Rig.open({ storage });
    const answers = await Promise.all(Array.from({ length: 20 }, (_each, i) => rig.publish({ packageJson: { description: `attempt ${i}` } })));
    expect(answers.map(({ statusCode }) => statusCode).filter((status) => status !== 409)).toEqual([201]);
    const winner = answers.findIndex(({ statusCode }) => statusCode === 201);
    expect((await rig.ask('GET', '/@acme/odd/1.0.0')).json()).toMatchObject({ description: `attempt ${winner}` });
  });

  test('of two that begin one name at once, one owns it and the other publishes nothing', async () => {
    await using storage = await open();
    await using rig = await Rig.open({ storage });
    const accounts = ['alice', 'bob'];
    const answers = await Promise.all(accounts.map((by, i) => rig.publish({ version: `1.0.${i}` }, { by })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(expect.arrayContaining([201, 403]));
    const winner = answers.findIndex(({ statusCode }) => statusCode === 201);
    expect(await rig.versions()).toEqual([`1.0.${winner}`]);
    expect((await rig.ask('GET', '/@acme/odd')).json()).toMatchObject({ maintainers: [{ name: accounts[winner] }] });
  });
});

describe('what is published', () => {
  test('is told as its tarball says, not as the client claims', async () => {
    await using rig = await Rig.open();
    const tarball = tarballOf({ packageJson: { scripts: { postinstall: 'node evil.js' }, dependencies: { left: '^1.0.0' } } });
    const body = publishBody({}, { tarball }) as { versions: Record<string, object> };
    Object.assign(body.versions['1.0.0'] ?? {}, { dependencies: { other: '1.0.0' }, scripts: {}, dist: { tarball: 'http://evil.example/x.tgz', integrity: 'sha512-no' }, _evil: 1 });
    expect((await rig.ask('PUT', '/@acme%2fodd', { by: 'author', body })).statusCode).toBe(201);
    const { versions } = (await rig.ask('GET', '/@acme%2fodd', { headers: { host: 'plugins.example:8080' } })).json<{ versions: Record<string, { dist: object }> }>();
    expect(versions['1.0.0']).toMatchObject({
      dependencies: { left: '^1.0.0' },
      hasInstallScript: true,
      dist: { tarball: 'http://plugins.example:8080/@acme/odd/-/odd-1.0.0.tgz', integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`, shasum: createHash('sha1').update(tarball).digest('hex'), fileCount: 1 },
    });
    expect(versions['1.0.0']).not.toHaveProperty('_evil');
    expect((await rig.ask('GET', '/@acme/odd/-/odd-1.0.0.tgz')).rawPayload).toEqual(tarball);
  });

  test('has a short form with only what an install needs', async () => {
    await using rig = await Rig.open();
    await rig.publish({ packageJson: { bin: 'cli.js', keywords: ['odd'] } });
    const response = await rig.ask('GET', '/@acme/odd', { headers: { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*' } });
    expect(response.headers['content-type']).toMatch(/^application\/vnd\.npm\.install-v1\+json/);
    expect(response.json()).toEqual({ name: '@acme/odd', modified: new Date(rig.now).toISOString(), 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': { name: '@acme/odd', version: '1.0.0', bin: 'cli.js', dist: expect.any(Object) } } });
    const again = await rig.ask('GET', '/@acme/odd', { headers: { accept: 'application/vnd.npm.install-v1+json', 'if-none-match': String(response.headers['etag']) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test('is read under the address of static hosting too, byte for byte as it is signed, and its tarball is there', async () => {
    await using rig = await Rig.open();
    const tarball = tarballOf();
    await rig.publish({}, { tarball });
    const stored = Buffer.from((await rig.storage.read('npm/@acme/odd', signal))?.bytes ?? []);
    for (const address of ['/npm/@acme/odd', '/npm/@acme%2Fodd', '/npm/%40acme%2fodd']) expect((await rig.ask('GET', address)).rawPayload).toEqual(stored);
    for (const address of ['/npm/@acme/odd/-/odd-1.0.0.tgz', '/npm/@acme%2fodd/-/odd-1.0.0.tgz']) expect((await rig.ask('GET', address)).rawPayload).toEqual(tarball);
    expect((await rig.ask('GET', '/npm/-/ping')).statusCode).toBe(200);
    expect((await rig.ask('GET', '/npm/@acme/odd?write=true', { by: 'author', headers: { host: 'h' } })).json()).toMatchObject({ versions: { '1.0.0': { dist: { tarball: 'http://h/npm/@acme/odd/-/odd-1.0.0.tgz' } } } });
  });

  test('is not read under the address of static hosting before it appears', async () => {
    await using rig = await Rig.open({ cooldown: { newMs: day, updateMs: day } });
    await rig.publish();
    for (const address of ['/npm/@acme/odd', '/npm/@acme/odd/-/odd-1.0.0.tgz', '/v1/cards/@acme/odd/1.0.0.json']) expect((await rig.ask('GET', address)).statusCode).toBe(404);
    rig.pass(day);
    for (const address of ['/npm/@acme/odd', '/npm/@acme/odd/-/odd-1.0.0.tgz', '/v1/cards/@acme/odd/1.0.0.json']) expect((await rig.ask('GET', address)).statusCode).toBe(200);
  });

  test('under the scope of our own plugins needs the administrator, except where it has owners', async () => {
    await using rig = await Rig.open();
    const refused = await rig.publish({ name: '@byoml/odd' });
    expect([refused.statusCode, refused.json()]).toMatchObject([403, { error: { code: 'ACCESS_DENIED', message: expect.stringContaining('@byoml') } }]);
    expect((await rig.publish({ name: '@byoml/odd' }, { by: 'admin' })).statusCode).toBe(201);
    expect((await rig.publish({ name: '@byoml/odd', version: '1.0.1' })).statusCode).toBe(403);
    const { _rev } = (await rig.ask('GET', '/@byoml/odd')).json<{ _rev: string }>();
    await rig.ask('PUT', `/@byoml%2fodd/-rev/${_rev}`, { by: 'admin', body: { maintainers: [{ name: 'author' }] } });
    expect((await rig.publish({ name: '@byoml/odd', version: '1.0.1' })).statusCode).toBe(201);
  });

  test('names an address that was set, whoever asks', async () => {
    await using rig = await Rig.open({ publicUrl: 'https://plugins.example/npm/' });
    await rig.publish();
    expect((await rig.ask('GET', '/@acme/odd/1.0.0', { headers: { host: 'evil.example' } })).json()).toMatchObject({ dist: { tarball: 'https://plugins.example/npm/@acme/odd/-/odd-1.0.0.tgz' } });
    expect(new TextDecoder().decode((await rig.storage.read('npm/@acme/odd', signal))?.bytes)).toContain('"tarball":"https://plugins.example/npm/@acme/odd/-/odd-1.0.0.tgz"');
  });
});

describe('admission', () => {
  const findings = [{ check: 'scripts', message: 'package.json: scripts.postinstall runs at install', hint: 'Take it out.', where: 'package.json' }];
  const saying = (state: 'REJECTED' | 'QUARANTINED' | 'ERRORED' | 'VALIDATING'): Admit => async () => ({ state, packageJson: { name: '@acme/odd', version: '1.0.0', description: 'An odd thing' }, findings });

  test('that rejects refuses with its findings, and the version is still free', async () => {
    await using rig = await Rig.open({ admit: saying('REJECTED') });
    const response = await rig.publish();
    expect([response.statusCode, response.json()]).toEqual([422, { error: { code: 'PUBLISH_REFUSED', message: `@acme/odd@1.0.0: ${findings[0]?.message}`, hint: expect.any(String), details: { state: 'REJECTED', findings } } }]);
    expect(await Array.fromAsync(rig.storage.list('npm/', signal))).toEqual([]);
    await using again = await Rig.open({ storage: rig.storage, before: rig });
    expect((await again.publish()).statusCode).toBe(201);
  });

  test.each([['throws', async () => Promise.reject(new Error('secret detail'))], ['says ERRORED', saying('ERRORED')], ['ends half-way', saying('VALIDATING')]] as [string, Admit][])('that %s refuses', async (_, admit) => {
    await using rig = await Rig.open({ admit });
    const response = await rig.publish();
    expect([response.statusCode, response.json()]).toMatchObject([422, { error: { code: 'PUBLISH_REFUSED', details: { state: 'ERRORED' } } }]);
    expect(response.body).not.toContain('secret detail');
    expect(await rig.versions()).toEqual([]);
  });

  test('that quarantines accepts, and nobody sees the version', async () => {
    await using rig = await Rig.open({ admit: saying('QUARANTINED') });
    const response = await rig.publish();
    expect([response.statusCode, response.json()]).toEqual([202, { ok: true, id: '@acme/odd', version: '1.0.0', state: 'QUARANTINED', visible: null }]);
    rig.pass(400 * day);
    expect(await rig.versions()).toEqual([]);
    expect((await rig.ask('GET', '/@acme/odd/-/odd-1.0.0.tgz')).json()).toMatchObject({ error: { message: '@acme/odd@1.0.0 is held back until somebody has looked at it' } });
    expect((await rig.publish()).statusCode).toBe(409);
  });

  test('that looked at another package.json than the tarball has refuses', async () => {
    await using rig = await Rig.open({ admit: async () => ({ state: 'PASSED', packageJson: { name: '@acme/odd', version: '1.0.0' }, findings: [] }) });
    expect((await rig.publish()).statusCode).toBe(422);
  });

  test('is told the version before, and every name with its owners', async () => {
    const seen: unknown[] = [];
    const admit: Admit = async ({ name, version, publisher, previous, taken }) => {
      seen.push([publisher, previous?.version, previous && (await previous.tarball()).length > 0, Object.fromEntries(taken)]);
      return { state: 'PASSED', packageJson: { name, version, description: 'An odd thing' }, findings: [] };
    };
    await using rig = await Rig.open({ admit });
    await rig.publish({ version: '1.0.0' });
    await rig.publish({ version: '1.1.0' }, { by: 'author' });
    await rig.publish({ name: 'even', version: '1.0.0' }, { by: 'other' });
    expect(seen).toEqual([
      ['author', undefined, null, {}],
      ['author', '1.0.0', true, { '@acme/odd': ['author'] }],
      ['other', undefined, null, { '@acme/odd': ['author'] }],
    ]);
  });

  test.each([
    ['another name inside', tarballOf({ name: '@acme/even' })],
    ['another version inside', tarballOf({ version: '1.0.1' })],
    ['no package.json', packed({ 'index.js': '' })],
    ['a package.json that is a list', packed({ 'package.json': '[]' })],
    ['an end in the middle', tarballOf({ files: { 'a.js': 'a'.repeat(5000) } }).subarray(0, 150)],
    ['nothing', Buffer.alloc(0)],
    ['two of package.json', tarballOf({ files: { './package.json': '{}' } })],
    ['bytes that are no tarball', Buffer.from('not a tarball')],
  ])('as it is served refuses a tarball with %s', async (_, tarball) => {
    await using rig = await Rig.open({ admit: await staticAdmission(signal) });
    const response = await rig.publish({}, { tarball });
    expect([response.statusCode, response.json()]).toMatchObject([422, { error: { code: 'PUBLISH_REFUSED', details: { state: 'REJECTED', findings: expect.arrayContaining([expect.objectContaining({ check: expect.any(String), message: expect.any(String), hint: expect.any(String) })]) } } }]);
    expect(await rig.versions()).toEqual([]);
  });
});

describe('the cooldown', () => {
  const cooldown = { newMs: day, updateMs: day / 6 };

  test('hides a new package for a day and an update for four hours, and names the moment', async () => {
    await using rig = await Rig.open({ cooldown });
    await rig.publish();
    const moment = new Date(rig.now + day).toISOString();
    for (const address of ['/@acme/odd', '/@acme/odd/1.0.0', '/@acme/odd/latest', '/@acme/odd/-/odd-1.0.0.tgz', '/-/package/@acme%2fodd/dist-tags']) expect((await rig.ask('GET', address)).json()).toMatchObject({ error: { code: 'PACKAGE_UNKNOWN', message: `@acme/odd@1.0.0 appears at ${moment}`, details: { hidden: [{ version: '1.0.0', visible: moment }] } } });
    rig.pass(day - 1);
    expect(await rig.versions()).toEqual([]);
    rig.pass(1);
    expect(await rig.versions()).toEqual(['1.0.0']);

    await rig.publish({ version: '2.0.0' });
    expect((await rig.ask('GET', '/@acme/odd')).json()).toMatchObject({ 'dist-tags': { latest: '1.0.0' } });
    expect((await rig.ask('GET', '/@acme/odd/2.0.0')).json()).toMatchObject({ error: { message: expect.stringContaining(new Date(rig.now + day / 6).toISOString()) } });
    expect((await rig.ask('GET', '/@acme/odd/-/odd-2.0.0.tgz')).statusCode).toBe(404);
    rig.pass(day / 6);
    expect((await rig.ask('GET', '/@acme/odd')).json()).toMatchObject({ 'dist-tags': { latest: '2.0.0' }, versions: { '2.0.0': {} } });
  });

  test('is over also for a server that was not running at that moment, in the storage itself', async () => {
    const rig = await Rig.open({ cooldown });
    await rig.publish();
    await rig[Symbol.asyncDispose]();
    rig.pass(2 * day);
    await using later = await Rig.open({ storage: rig.storage, before: rig });
    expect(await rig.storage.read('npm/@acme/odd', signal)).toBeDefined();
    expect(await later.versions()).toEqual(['1.0.0']);
  });

  test('lets an owner withdraw what nobody can see yet, and only that', async () => {
    await using rig = await Rig.open({ cooldown });
    await rig.publish();
    rig.pass(day);
    await rig.publish({ version: '2.0.0' });
    expect((await rig.ask('GET', '/@acme/odd?write=true', { by: 'mallory' })).json<{ versions: object }>().versions).not.toHaveProperty('2.0.0');
    const seen = (await rig.ask('GET', '/@acme/odd?write=true', { by: 'author' })).json<{ _rev: string; versions: Record<string, object> }>();
    expect(Object.keys(seen.versions)).toEqual(['1.0.0', '2.0.0']);
    expect((await rig.ask('PUT', `/@acme%2fodd/-rev/${seen._rev}`, { by: 'author', body: { versions: { '1.0.0': {} } } })).statusCode).toBe(201);
    rig.pass(day);
    expect(await rig.versions()).toEqual(['1.0.0']);
    expect((await rig.publish({ version: '2.0.0' })).statusCode).toBe(409);
  });

  test('does not take a version away that appeared after its owner had read the package', async () => {
    await using rig = await Rig.open({ cooldown });
    await rig.publish();
    rig.pass(day);
    await rig.publish({ version: '2.0.0' });
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    rig.pass(day);
    const response = await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { versions: { '1.0.0': {} } } });
    expect([response.statusCode, response.json()]).toMatchObject([400, { error: { message: expect.stringContaining('has changed since it was read') } }]);
    expect(await rig.versions()).toEqual(['1.0.0', '2.0.0']);
  });
});

describe('the limit', () => {
  const publishLimit = { count: 5, windowMs: 600_000, freezeMs: 3_600_000 };

  test('freezes an account at its sixth version in ten minutes, for everything it could change', async () => {
    await using rig = await Rig.open({ publishLimit });
    for (let i = 0; i < 5; i++) expect((await rig.publish({ version: `1.0.${i}` })).statusCode).toBe(201);
    const until = new Date(rig.now + 3_600_000).toISOString();
    const refused = [429, { error: { code: 'PUBLISH_LIMITED', message: expect.stringContaining(until) } }];
    const sixth = await rig.publish({ name: '@acme/sixth' });
    expect([sixth.statusCode, sixth.json()]).toMatchObject(refused);
    rig.pass(601_000);
    const tag = await rig.ask('PUT', '/-/package/@acme%2fodd/dist-tags/old', { by: 'author', body: '1.0.0' });
    expect([tag.statusCode, tag.json()]).toMatchObject(refused);
    expect((await rig.publish({ name: '@acme/other' }, { by: 'other' })).statusCode).toBe(201);
    rig.pass(3_000_000);
    expect((await rig.publish({ version: '1.0.5' })).statusCode).toBe(201);
  });

  test('holds for versions that are published at once', async () => {
    await using rig = await Rig.open({ publishLimit });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => rig.publish({ name: `@acme/p${i}` })));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(5);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(7);
  });

  test('survives a restart', async () => {
    await using rig = await Rig.open({ publishLimit });
    for (let i = 0; i < 5; i++) await rig.publish({ version: `1.0.${i}` });
    await using again = await Rig.open({ storage: rig.storage, before: rig, publishLimit });
    expect((await again.publish({ version: '1.0.5' })).statusCode).toBe(429);
  });
});
