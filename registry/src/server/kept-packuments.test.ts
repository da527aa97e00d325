import { expect, test, vi } from 'vitest';
import { memoryStorage } from '../storage/memory.ts';
import { Rig, signal } from './registry.test.fixture.ts';

const tags = async (rig: Rig): Promise<unknown> => (await rig.ask('GET', '/@acme/odd')).json<{ 'dist-tags': object }>()['dist-tags'];

test('an answer that is kept needs no file, and is gone as soon as the package changes', async () => {
  await using rig = await Rig.open();
  await rig.publish();
  const first = await rig.ask('GET', '/@acme/odd');
  const read = vi.spyOn(rig.registry.packages, 'packument');
  const second = await rig.ask('GET', '/@acme/odd');
  expect([second.body, second.headers['etag'], read.mock.calls.length]).toEqual([first.body, first.headers['etag'], 0]);
  expect((await rig.ask('GET', '/@acme/odd', { headers: { 'if-none-match': String(first.headers['etag']) } })).statusCode).toBe(304);
  await rig.ask('PUT', '/-/package/@acme%2fodd/dist-tags/old', { by: 'author', body: '1.0.0' });
  expect(await tags(rig)).toEqual({ latest: '1.0.0', old: '1.0.0' });
  expect((await rig.ask('GET', '/@acme/odd', { headers: { accept: 'application/vnd.npm.install-v1+json' } })).json()).not.toHaveProperty('_rev');
});

test('a version that is hidden appears at its time', async () => {
  await using rig = await Rig.open({ cooldown: { newMs: 0, updateMs: 1000 } });
  await rig.publish();
  await rig.publish({ version: '1.1.0' });
  expect([await rig.versions(), await rig.versions()]).toEqual([['1.0.0'], ['1.0.0']]);
  rig.pass(1000);
  expect(await rig.versions()).toEqual(['1.0.0', '1.1.0']);
});

test('a change by another server on the same storage is seen', async () => {
  const storage = memoryStorage();
  await using one = await Rig.open({ storage });
  await one.publish();
  await using other = await Rig.open({ storage, before: one });
  expect([await tags(other), await tags(other)]).toEqual([{ latest: '1.0.0' }, { latest: '1.0.0' }]);
  await one.registry.packages.decide({ kind: 'tag', name: '@acme/odd', by: 'author', tag: 'next', version: '1.0.0' }, { signal });
  await vi.waitFor(async () => expect(await tags(other)).toEqual({ latest: '1.0.0', next: '1.0.0' }), { timeout: 10_000 });
});
