import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { publishBody, Rig } from './registry.test.fixture.ts';

const refusal = (code: string): object => ({ error: { code, message: expect.any(String), hint: expect.any(String), details: expect.any(Object) } });

describe('every answer', () => {
  test('forbids a browser to run anything, also a failure', async () => {
    await using rig = await Rig.open();
    await rig.publish();
    for (const address of ['/@acme/odd', '/@acme/odd/-/odd-1.0.0.tgz', '/nothing', '/-/nothing', '/%zz', '/-/v1/search?size=no'])
      expect((await rig.ask('GET', address)).headers).toMatchObject({ 'content-security-policy': expect.stringContaining("default-src 'none'"), 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
  });

  test.each([['GET', '/-/nothing'], ['POST', '/-/npm/v1/security/advisories/bulk'], ['GET', '/a/b/c/d'], ['PUT', '/-/v1/search'], ['DELETE', '/@acme/odd']] as const)('to %s %s, which does not exist, is catalogued', async (method, address) => {
    await using rig = await Rig.open();
    const response = await rig.ask(method, address);
    expect([response.statusCode, response.json()]).toEqual([404, refusal('PACKAGE_UNKNOWN')]);
  });

  test('to something that broke inside says nothing of the inside', async () => {
    await using rig = await Rig.open();
    rig.registry.search.find = () => Promise.reject(new Error('/secret/path'));
    const response = await rig.ask('GET', '/-/v1/search?text=odd');
    expect([response.statusCode, response.json()]).toEqual([500, refusal('INTERNAL')]);
    expect(response.body + response.statusMessage).not.toMatch(/secret|\.ts:|at /);
  });

  test('that refuses has its message where npm prints it', async () => {
    await using rig = await Rig.open();
    await rig.publish();
    expect((await rig.publish()).statusMessage).toBe('@acme/odd@1.0.0 was published before. Publish under a higher version.');
    expect((await rig.ask('GET', '/-/package/%E2%98%83/dist-tags')).statusMessage).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('a body', () => {
  test('that is too large is refused before it is read, and nothing is read of whoever has no token', async () => {
    await using rig = await Rig.open();
    const large = `{"a":"${'x'.repeat(51 << 20)}"}`;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await rig.tokenOf('author')}` };
    const refused = await rig.app.inject({ method: 'PUT', url: '/@acme%2fodd', headers, payload: large });
    expect([refused.statusCode, refused.json()]).toEqual([413, refusal('REQUEST_TOO_LARGE')]);
    const stranger = await rig.app.inject({ method: 'PUT', url: '/@acme%2fodd', headers: { 'content-type': 'application/json' }, payload: large });
    expect([stranger.statusCode, stranger.json()]).toEqual([401, refusal('AUTHENTICATION_REQUIRED')]);
    const login = await rig.app.inject({ method: 'PUT', url: '/-/user/org.couchdb.user:a', headers: { 'content-type': 'application/json' }, payload: `"${'x'.repeat(70_000)}"` });
    expect(login.statusCode).toBe(413);
  });

  const whole = publishBody() as Record<string, any>;
  test.each<[string, string, object]>([
    ['no JSON', '{', {}],
    ['a list', '[]', {}],
    ['a prototype', '{"__proto__":{"a":1}}', {}],
    ['nothing in it', '{}', {}],
    ['no version', '', { versions: {} }],
    ['two versions', '', { versions: { '1.0.0': {}, '2.0.0': {} } }],
    ['another name than the address', '', { name: '@acme/even' }],
    ['a version that names another package', '', { versions: { '1.0.0': { name: '@acme/even', version: '1.0.0' } } }],
    ['a version that is none', '', { versions: { '../1': { name: '@acme/odd', version: '../1' } } }],
    ['a version with build metadata', '', { versions: { '1.0.0+a': { name: '@acme/odd', version: '1.0.0+a' } } }],
    ['a tag that is a range', '', { 'dist-tags': { '^1': '1.0.0' } }],
    ['a tag for another version', '', { 'dist-tags': { latest: '2.0.0' } }],
    ['two tarballs', '', { _attachments: { 'a.tgz': { data: '' }, 'b.tgz': { data: '' } } }],
    ['a tarball that is no base64', '', { _attachments: { 'a.tgz': { data: '%%%%' } } }],
    ['a tarball of another length', '', { _attachments: { 'a.tgz': { ...whole['_attachments']['@acme/odd-1.0.0.tgz'], length: 3 } } }],
  ])('with %s is refused', async (_, text, change) => {
    await using rig = await Rig.open();
    const payload = text || JSON.stringify({ ...whole, ...change });
    const response = await rig.app.inject({ method: 'PUT', url: '/@acme%2fodd', headers: { 'content-type': 'application/json', authorization: `Bearer ${await rig.tokenOf('author')}` }, payload });
    expect([response.statusCode, response.json()]).toEqual([400, refusal('REQUEST_INVALID')]);
  });

  test.each(['Upper', '.hidden', '_under', 'a b', '@acme/', '@acme/a/b', 'node_modules', 'v1', 'private', 'x'.repeat(101), '@acme/..'])('cannot be published as %j', async (name) => {
    await using rig = await Rig.open();
    const response = await rig.ask('PUT', `/${encodeURIComponent(name)}`, { by: 'author', body: publishBody({ name }) });
    expect([400, 404]).toContain(response.statusCode);
    expect(rig.registry.packages.history.head.number).toBe(0);
  });
});

describe('whoever changes a package', () => {
  const calls = (rev: string) =>
    [
      ['PUT', '/@acme%2fodd', publishBody({ version: '2.0.0' })],
      ['PUT', '/@acme%2fodd', { versions: { '1.0.0': { deprecated: 'Bad.' } } }],
      ['PUT', '/-/package/@acme%2fodd/dist-tags/latest', '1.0.0'],
      ['DELETE', '/-/package/@acme%2fodd/dist-tags/next', undefined],
      ['PUT', `/@acme%2fodd/-rev/${rev}`, { versions: {} }],
      ['PUT', `/@acme%2fodd/-rev/${rev}`, { maintainers: [{ name: 'mallory' }] }],
      ['DELETE', `/@acme%2fodd/-rev/${rev}`, undefined],
      ['DELETE', `/@acme/odd/-/odd-1.0.0.tgz/-rev/${rev}`, undefined],
    ] as const;

  test('has to be known, and to own it', async () => {
    await using rig = await Rig.open();
    await rig.publish();
    const before = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    for (const [method, address, body] of calls(before._rev)) {
      expect((await rig.ask(method, address, { body })).statusCode).toBe(401);
      expect((await rig.ask(method, address, { body, headers: { authorization: 'Bearer byoml_guess' } })).statusCode).toBe(401);
      expect((await rig.ask(method, address, { body, by: 'mallory' })).json()).toEqual(refusal('ACCESS_DENIED'));
    }
    expect((await rig.ask('GET', '/@acme/odd')).json()).toEqual(before);
  });

  test('cannot take back what was withdrawn, nor give it to somebody without an account', async () => {
    await using rig = await Rig.open();
    await rig.publish();
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    expect((await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { maintainers: [{ name: 'nobody' }] } })).statusCode).toBe(400);
    expect((await rig.ask('DELETE', `/@acme%2fodd/-rev/${_rev}`, { by: 'author' })).statusCode).toBe(200);
    expect(await rig.storage.read('npm/@acme/odd/-/odd-1.0.0.tgz', rig.registry.signal)).toBeUndefined();
    expect((await rig.publish()).json()).toEqual(refusal('VERSION_EXISTS'));
    expect((await rig.publish({ version: '1.0.1' }, { by: 'mallory' })).json()).toEqual(refusal('ACCESS_DENIED'));
    expect(rig.registry.packages.history.taken).toEqual(new Map([['@acme/odd', []]]));
    expect((await rig.publish({ version: '1.0.1' })).statusCode).toBe(201);
  });

  test('moves latest back to what it was when its version is withdrawn', async () => {
    await using rig = await Rig.open();
    await rig.publish({ version: '1.0.0' });
    await rig.publish({ version: '3.0.0' }, { tag: 'next' });
    await rig.publish({ version: '2.0.0' });
    const { _rev } = (await rig.ask('GET', '/@acme/odd')).json<{ _rev: string }>();
    await rig.ask('PUT', `/@acme%2fodd/-rev/${_rev}`, { by: 'author', body: { versions: { '1.0.0': {}, '3.0.0': {} } } });
    expect((await rig.ask('GET', '/-/package/@acme%2fodd/dist-tags')).json()).toEqual({ latest: '1.0.0', next: '3.0.0' });
    expect((await rig.ask('DELETE', '/-/package/@acme%2fodd/dist-tags/latest', { by: 'author' })).statusCode).toBe(400);
  });
});

test('a search orders by name, then keyword, then description, and knows what was withdrawn', async () => {
  await using rig = await Rig.open();
  await rig.publish({ name: '@acme/hours', packageJson: { description: 'when' } });
  await rig.publish({ name: '@acme/when', packageJson: { keywords: ['hours'], description: '' } });
  await rig.publish({ name: 'zebra', packageJson: { description: 'odd hours' } });
  const names = async (query: string): Promise<string[]> => (await rig.ask('GET', `/-/v1/search?${query}`)).json<{ objects: { package: { name: string } }[] }>().objects.map((found) => found.package.name);
  expect(await names('text=hours')).toEqual(['@acme/hours', '@acme/when', 'zebra']);
  expect(await names('text=HOURS&from=1&size=1')).toEqual(['@acme/when']);
  expect(await names('text=hours%20odd')).toEqual(['zebra']);
  const { _rev } = (await rig.ask('GET', '/zebra')).json<{ _rev: string }>();
  await rig.ask('DELETE', `/zebra/-rev/${_rev}`, { by: 'author' });
  expect(await names('text=hours')).toEqual(['@acme/hours', '@acme/when']);
});

test('no request makes the server fail, whatever is in it', async () => {
  await using rig = await Rig.open();
  await rig.publish();
  const part = fc.oneof(fc.constantFrom('@acme', 'odd', '@acme%2fodd', '-', '-rev', 'dist-tags', 'package', 'user', 'org.couchdb.user:author', 'npm', 'v1', 'log', '000001.jsonl', 'tokens', '..', '%2e%2e', '%2F', '%', '?write=true', 'odd-1.0.0.tgz'), fc.string({ maxLength: 12 }).map(encodeURIComponent));
  const body = fc.oneof(fc.constant(undefined), fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown), fc.constant(publishBody()));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('GET' as const, 'PUT' as const, 'POST' as const, 'DELETE' as const), fc.array(part, { maxLength: 6 }), body, fc.constantFrom(undefined, 'author', 'mallory'), async (method, parts, given, by) => {
      const response = await rig.ask(method, `/${parts.join('/')}`, { body: given, ...(by !== undefined && { by }) });
      expect(response.statusCode).toBeLessThan(500);
    }),
  );
});
