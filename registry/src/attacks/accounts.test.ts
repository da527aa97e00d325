import { describe, expect, test } from 'vitest';
import { Rig } from '../server/registry.test.fixture.ts';

const publishLimit = { count: 5, windowMs: 600_000, freezeMs: 3_600_000 };
const names = Array.from({ length: 30 }, (_, i) => `@acme/worm-${i}`);

/** Somebody who stole a token publishes as much as it lets them. */
async function worm(rig: Rig): Promise<number> {
  let spread = 0;
  for (const name of names) spread += (await rig.publish({ name })).statusCode === 201 ? 1 : 0;
  return spread;
}

describe('attack 2: a stolen token', () => {
  test('of one package or one scope publishes no other', async () => {
    await using rig = await Rig.open();
    await rig.tokenOf('author');
    for (const limits of [{ packages: ['@acme/odd'] }, { scopes: ['@acme'] }]) {
      const { token } = (await rig.ask('POST', '/-/npm/v1/tokens', { by: 'admin', body: { account: 'author', ...limits } })).json<{ token: string }>();
      const body = { _id: '@other/odd', name: '@other/odd' };
      const response = await rig.ask('PUT', '/@other%2fodd', { headers: { authorization: `Bearer ${token}` }, body });
      expect([response.statusCode, response.json()]).toMatchObject([403, { error: { code: 'ACCESS_DENIED', message: expect.stringContaining('only') } }]);
    }
  });

  test('spreads to five packages before the account is frozen, whatever the token is good for', async () => {
    await using rig = await Rig.open({ publishLimit });
    expect(await worm(rig)).toBe(5);
    expect((await rig.ask('PUT', '/-/package/@acme%2fworm-0/dist-tags/latest', { by: 'author', body: '1.0.0' })).statusCode).toBe(429);
  });

  test('without the limit spreads to all of them', async () => {
    await using rig = await Rig.open({ publishLimit: { ...publishLimit, count: Infinity } });
    expect(await worm(rig)).toBe(names.length);
  });
});

describe('attack 9: an abandoned name', () => {
  const withdrawn = async (): Promise<Rig> => {
    const rig = await Rig.open();
    await rig.publish();
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    expect((await rig.ask('DELETE', `/@acme%2fodd/-rev/${_rev}`, { by: 'author' })).statusCode).toBe(200);
    return rig;
  };

  test('is never free again, in any version, also after a restart', async () => {
    await using rig = await withdrawn();
    await using again = await Rig.open({ storage: rig.storage, before: rig });
    for (const server of [rig, again])
      for (const version of ['1.0.0', '1.0.1', '99.0.0']) {
        const response = await server.publish({ version }, { by: 'mallory' });
        expect([response.statusCode, response.json()]).toMatchObject([403, { error: { code: 'ACCESS_DENIED' } }]);
      }
  });

  test('cannot be given away by whoever has no right to it, and not to nobody', async () => {
    await using rig = await Rig.open();
    await rig.publish();
    await rig.tokenOf('mallory');
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    const give = async (by: string, owner: string): Promise<number> => (await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by, body: { maintainers: [{ name: owner }] } })).statusCode;
    expect([await give('mallory', 'mallory'), await give('author', 'nobody-yet'), await give('admin', 'mallory')]).toEqual([403, 400, 403]);
    expect((await rig.ask('GET', '/@acme/odd')).json()).toMatchObject({ maintainers: [{ name: 'author' }] });
  });
});
