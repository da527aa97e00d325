import { expect, test } from 'vitest';
import type { LightMyRequestResponse } from 'fastify';
import type { Admit } from './admit.ts';
import { Rig } from './registry.test.fixture.ts';

const finding = { check: 'scripts', message: 'package.json: scripts.postinstall runs at install', hint: 'Take it out.', where: 'package.json' };
const saying = (state: 'PASSED' | 'REJECTED' | 'QUARANTINED' | 'ERRORED'): Admit => async ({ name, version }) => ({ state, packageJson: { name, version, description: 'An odd thing' }, findings: [{ ...finding, enforced: state !== 'PASSED' }] });
const look = (rig: Rig, by?: string, version = '1.0.0'): Promise<LightMyRequestResponse> => rig.ask('GET', `/-/byoml/v1/submissions/@acme%2fodd/${version}`, by === undefined ? {} : { by });

test.each(['PASSED', 'REJECTED', 'QUARANTINED', 'ERRORED'] as const)('a version that is %s is told to its author with reason and remedy', async (state) => {
  await using rig = await Rig.open({ admit: saying(state) });
  await rig.publish();
  expect((await look(rig, 'author')).json()).toMatchObject({ name: '@acme/odd', version: '1.0.0', by: 'author', state, findings: [finding], visible: state === 'PASSED' ? new Date(rig.now).toISOString() : null });
});

test('only whoever sent it, owners and the administrator learn of it', async () => {
  await using rig = await Rig.open({ admit: saying('REJECTED') });
  await rig.publish();
  expect((await look(rig, 'admin')).statusCode).toBe(200);
  expect((await look(rig, 'author')).statusCode).toBe(200);
  expect((await look(rig, 'author', '9.9.9')).statusCode).toBe(404);
  for (const stranger of [await look(rig, 'mallory'), await look(rig), await rig.ask('GET', '/-/byoml/v1/submissions/@acme/odd/1.0.0', { headers: { authorization: 'Bearer byoml_guess' } })]) {
    expect(stranger.statusCode).toBe(404);
    expect(stranger.body).not.toContain('postinstall');
  }
  expect((await rig.ask('GET', '/private/submissions/@acme/odd/1.0.0')).statusCode).toBe(404);
});

test('it is told how far a version is while checks look at it, and that it failed when the registry died meanwhile', async () => {
  const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const admit: Admit = async (request, signal) => {
    reached.resolve();
    await goOn.promise;
    return saying('PASSED')(request, signal);
  };
  await using rig = await Rig.open({ admit });
  const answer = rig.publish();
  await reached.promise;
  expect((await look(rig, 'author')).json()).toMatchObject({ state: 'VALIDATING', by: 'author' });
  await using next = await Rig.open({ storage: rig.storage, before: rig });
  expect((await look(next, 'author')).json()).toMatchObject({ state: 'ERRORED', findings: [{ hint: expect.stringContaining('again') }] });
  goOn.resolve();
  expect((await answer).statusCode).toBe(201);
  await next.registry.packages.history.refresh(next.registry.signal);
  expect((await look(next, 'author')).json()).toMatchObject({ state: 'PASSED', findings: [finding] });
});

test('a second attempt at a version that is there changes nothing of what is told about it', async () => {
  await using rig = await Rig.open({ admit: saying('PASSED') });
  await rig.publish();
  const before = (await look(rig, 'author')).json<object>();
  expect((await rig.publish()).statusCode).toBe(409);
  expect((await rig.publish({}, { by: 'mallory' })).statusCode).toBe(403);
  expect((await look(rig, 'author')).json()).toEqual(before);
});
