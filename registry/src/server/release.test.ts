import { describe, expect, test } from 'vitest';
import type { LightMyRequestResponse } from 'fastify';
import type { Admit } from './admit.ts';
import { day, Rig } from './registry.test.fixture.ts';

const twoPerson = { downloads: 3 };
const held: Admit = async ({ name, version }) => ({ state: 'QUARANTINED', packageJson: { name, version, description: 'An odd thing' }, findings: [] });
const release = (rig: Rig, by: string, version: string): Promise<LightMyRequestResponse> => rig.ask('POST', `/-/byoml/v1/release/@acme/odd/${version}`, { by });

async function owned(rig: Rig, ...owners: readonly string[]): Promise<void> {
  for (const owner of owners) await rig.tokenOf(owner);
  const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
  expect((await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { maintainers: owners.map((name) => ({ name })) } })).statusCode).toBe(201);
}

async function popular(options: Parameters<typeof Rig.open>[0] = {}): Promise<Rig> {
  const rig = await Rig.open({ twoPerson, ...options });
  await rig.publish();
  await owned(rig, 'author', 'second');
  for (let i = 0; i < 3; i++) await rig.ask('GET', '/@acme/odd/-/odd-1.0.0.tgz');
  return rig;
}

describe('a version of a package that many have', () => {
  test('waits for a second owner, who lets it appear at once', async () => {
    await using rig = await popular();
    const response = await rig.publish({ version: '1.1.0' });
    expect([response.statusCode, response.json()]).toMatchObject([201, { state: 'PASSED', visible: null }]);
    rig.pass(400 * day);
    expect(await rig.versions()).toEqual(['1.0.0']);
    expect((await release(rig, 'author', '1.1.0')).json()).toMatchObject({ error: { code: 'ACCESS_DENIED', message: expect.stringContaining('of their own') } });
    expect((await release(rig, 'mallory', '1.1.0')).statusCode).toBe(403);
    expect((await rig.ask('POST', '/-/byoml/v1/release/@acme/odd/1.1.0')).statusCode).toBe(401);
    expect(await rig.versions()).toEqual(['1.0.0']);
    const visible = new Date(rig.now).toISOString();
    expect((await release(rig, 'second', '1.1.0')).json()).toEqual({ name: '@acme/odd', version: '1.1.0', visible });
    expect(await rig.versions()).toEqual(['1.0.0', '1.1.0']);
    rig.pass(day);
    expect((await release(rig, 'second', '1.1.0')).json()).toEqual({ name: '@acme/odd', version: '1.1.0', visible });
  });

  test('waits also after a restart, however little is known of the last minute', async () => {
    const first = await popular();
    await first[Symbol.asyncDispose]();
    await using rig = await Rig.open({ storage: first.storage, before: first, twoPerson });
    expect((await rig.publish({ version: '1.1.0' })).json()).toMatchObject({ visible: null });
  });

  test('is not released by somebody who was made an owner after it was published', async () => {
    await using rig = await popular();
    await rig.publish({ version: '1.1.0' });
    await owned(rig, 'author', 'second', 'late');
    expect((await release(rig, 'late', '1.1.0')).statusCode).toBe(403);
    expect((await release(rig, 'admin', '1.1.0')).statusCode).toBe(200);
  });

  test('is counted once a minute at most', async () => {
    await using rig = await popular();
    expect(await rig.storage.read('private/downloads/@acme/odd', rig.registry.signal)).toBeUndefined();
    rig.pass(60_000);
    await rig.ask('GET', '/@acme/odd/-/odd-1.0.0.tgz');
    await expect.poll(async () => new TextDecoder().decode((await rig.storage.read('private/downloads/@acme/odd', rig.registry.signal))?.bytes)).toBe('{"count":4}');
  });
});

test('a version of any other package waits for nobody, and nothing is counted unless that is asked for', async () => {
  await using few = await Rig.open({ twoPerson });
  await few.publish();
  expect((await few.publish({ version: '1.1.0' })).json()).toMatchObject({ visible: new Date(few.now).toISOString() });
  await using off = await popular({ twoPerson: { downloads: undefined } });
  expect((await off.publish({ version: '1.1.0' })).json()).toMatchObject({ visible: new Date(off.now).toISOString() });
});

test('a version that is held is released by the administrator only, and one that nobody sent by nobody', async () => {
  await using rig = await Rig.open({ admit: held });
  await rig.publish();
  await rig.tokenOf('second');
  await rig.registry.packages.decide({ kind: 'owners', name: '@acme/odd', by: 'author', owners: ['author', 'second'] }, { signal: rig.registry.signal });
  expect((await release(rig, 'second', '1.0.0')).json()).toMatchObject({ error: { code: 'ACCESS_DENIED' } });
  expect((await release(rig, 'admin', '9.9.9')).statusCode).toBe(404);
  expect((await release(rig, 'admin', '1.0.0')).statusCode).toBe(200);
  expect(await rig.versions()).toEqual(['1.0.0']);
  await rig.publish({ name: '@acme/even' }, { by: 'admin' });
  expect((await rig.ask('POST', '/-/byoml/v1/release/@acme%2feven/1.0.0', { by: 'admin' })).statusCode).toBe(403);
});
