import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guarded, publishCrafted } from './attack.test.fixture.ts';

/** Another registry on this machine, which has every package. */
let other: Server;
let asked = 0;
let address = '';
beforeAll(async () => {
  other = createServer((_request, response) => {
    asked++;
    response.end(JSON.stringify({ name: '@acme/internal', 'dist-tags': { latest: '9.9.9' }, versions: { '9.9.9': {} } }));
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
});
afterAll(() => void other.close());

describe('attack 25: an internal name is resolved from a public registry', () => {
  test('what the registry does not have it does not get from another, whatever it is told', async () => {
    let opened = 0;
    const count = (): void => void opened++;
    await using rig = await guarded();
    subscribe('net.client.socket', count);
    try {
      const dependencies = { '@acme/internal': '^9.0.0' };
      await publishCrafted(rig, { fields: { dependencies, repository: address, homepage: address }, claims: { dist: { tarball: `${address}evil.tgz` } } });
      for (const path of ['/@acme/internal', '/@acme/internal/9.9.9', '/@acme/internal/-/internal-9.9.9.tgz', '/npm/@acme/internal', '/v1/cards/@acme/internal/9.9.9.json', '/-/package/@acme%2finternal/dist-tags'])
        for (const headers of [{ host: new URL(address).host }, { 'x-forwarded-host': new URL(address).host, referer: address }, { 'npm-config-registry': address }])
          expect((await rig.ask('GET', path, { headers })).statusCode).toBe(404);
      expect((await rig.ask('GET', `/${address}@acme/internal`)).statusCode).toBe(404);
    } finally {
      unsubscribe('net.client.socket', count);
    }
    expect([opened, asked]).toEqual([0, 0]);
  });

  test('a packument that is read names no other registry', async () => {
    await using rig = await guarded();
    expect((await publishCrafted(rig, { claims: { dist: { tarball: `${address}evil.tgz` } } })).statusCode).toBe(201);
    expect((await rig.ask('GET', '/@acme/quiet-hours', { headers: { host: 'plugins.example' } })).body).not.toContain(new URL(address).host);
  });
});
