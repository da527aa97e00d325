import { expect, test } from 'vitest';
import { day, Rig, signal } from '../server/registry.test.fixture.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';

/** Everything that the storage holds, as text. */
async function everything(storage: Storage): Promise<string> {
  const texts: string[] = [];
  for await (const key of storage.list('', signal)) texts.push(key, new TextDecoder().decode((await storage.read(key, signal))?.bytes));
  return texts.join('\n');
}

const login = (name: string, password: string): object => ({ _id: `org.couchdb.user:${name}`, name, password, type: 'user', roles: [], date: '2026-01-05T12:00:00Z' });
const account = '/-/user/org.couchdb.user:alice';

test('neither passwords nor tokens are kept, only what proves them', async () => {
  await using rig = await Rig.open();
  const { token } = (await rig.ask('PUT', account, { body: login('alice', 'correct horse') })).json<{ token: string }>();
  const admin = await rig.tokenOf('admin');
  expect((await rig.ask('GET', '/-/whoami', { headers: { authorization: `Bearer ${token}` } })).json()).toEqual({ username: 'alice' });
  const kept = await everything(rig.storage);
  expect(kept).toContain('"account":"alice"');
  for (const secret of ['correct horse', token, token.slice(-20), admin]) expect(kept).not.toContain(secret);
});

test('nothing private is served', async () => {
  await using rig = await Rig.open();
  await rig.publish();
  const keys = await Array.fromAsync(rig.storage.list('private/', signal));
  expect(keys.length).toBeGreaterThan(3);
  for (const key of keys) for (const address of [`/${key}`, `/npm/${key}`, `/v1/../${key}`, `/v1/%2e%2e/${key}`, `/blobs/..%2f${key}`, `/tuf/%2e%2e%2f${key}`]) expect([400, 404]).toContain((await rig.ask('GET', address, { by: 'admin' })).statusCode);
});

test('a wrong password is refused, and after ten of them the right one too, for a while', async () => {
  await using rig = await Rig.open();
  await rig.ask('PUT', account, { body: login('alice', 'correct horse') });
  const wrong = await rig.ask('PUT', account, { body: login('alice', 'wrong horse') });
  expect([wrong.statusCode, wrong.headers['www-authenticate'], wrong.json()]).toMatchObject([401, 'Basic realm="byoml"', { error: { code: 'AUTHENTICATION_REQUIRED' } }]);
  for (let i = 0; i < 9; i++) await rig.ask('PUT', account, { body: login('alice', 'wrong horse') });
  expect((await rig.ask('PUT', account, { body: login('alice', 'correct horse') })).statusCode).toBe(401);
  rig.pass(11 * 60_000);
  expect((await rig.ask('PUT', account, { body: login('alice', 'correct horse') })).statusCode).toBe(201);
});

test('where registration is closed only the administrator makes accounts', async () => {
  await using rig = await Rig.open({ registration: 'closed' });
  expect((await rig.ask('PUT', account, { body: login('alice', 'correct horse') })).statusCode).toBe(400);
  expect((await rig.ask('PUT', account, { by: 'other', body: login('alice', 'correct horse') })).statusCode).toBe(400);
  expect((await rig.ask('PUT', account, { by: 'admin', body: login('alice', 'correct horse') })).statusCode).toBe(201);
  expect((await rig.ask('PUT', account, { body: login('alice', 'correct horse') })).statusCode).toBe(201);
});

test("nobody becomes the administrator by a password", async () => {
  await using rig = await Rig.open();
  expect((await rig.ask('PUT', '/-/user/org.couchdb.user:admin', { body: login('admin', 'correct horse') })).statusCode).toBe(401);
});

test.each([['Alice'], ['../admin'], ['a/b'], [''], ['x'.repeat(65)]])('an account cannot be called %j', async (name) => {
  await using rig = await Rig.open();
  expect((await rig.ask('PUT', `/-/user/org.couchdb.user:${encodeURIComponent(name)}`, { body: login(name, 'correct horse') })).statusCode).toBe(400);
});

test('a token of one package changes only that one, of one scope only that scope', async () => {
  await using rig = await Rig.open();
  await rig.publish();
  await rig.publish({ name: '@other/odd' });
  const bearer = async (limits: object): Promise<Record<string, string>> => ({ authorization: `Bearer ${(await rig.ask('POST', '/-/npm/v1/tokens', { by: 'admin', body: { account: 'author', ...limits } })).json<{ token: string }>().token}` });
  const tagging = async (name: string, headers: Record<string, string>): Promise<number> => (await rig.ask('PUT', `/-/package/${name.replace('/', '%2f')}/dist-tags/old`, { headers, body: '1.0.0' })).statusCode;
  for (const limits of [{ packages: ['@acme/odd'] }, { scopes: ['@acme'] }]) {
    const headers = await bearer(limits);
    expect([await tagging('@acme/odd', headers), await tagging('@other/odd', headers)]).toEqual([201, 403]);
  }
  const readonly = await bearer({ readonly: true });
  expect(await tagging('@acme/odd', readonly)).toBe(403);
  expect((await rig.ask('GET', '/-/whoami', { headers: readonly })).json()).toEqual({ username: 'author' });
});

test('a token is refused once its days are over or it was revoked', async () => {
  await using rig = await Rig.open();
  await rig.tokenOf('author');
  const { token, key } = (await rig.ask('POST', '/-/npm/v1/tokens', { by: 'admin', body: { account: 'author', expires: 7 } })).json<{ token: string; key: string }>();
  const who = () => rig.ask('GET', '/-/whoami', { headers: { authorization: `Bearer ${token}` } });
  expect((await who()).statusCode).toBe(200);
  expect((await rig.ask('DELETE', `/-/npm/v1/tokens/token/${key}`, { by: 'mallory' })).statusCode).toBe(404);
  rig.pass(7 * day);
  const late = await who();
  expect([late.statusCode, late.headers['www-authenticate'], late.json()]).toMatchObject([401, 'Bearer realm="byoml"', { error: { code: 'AUTHENTICATION_REQUIRED', message: expect.stringContaining('expired at 2026-01-12') } }]);
  const listed = (await rig.ask('GET', '/-/npm/v1/tokens', { by: 'author' })).json<{ objects: { key: string; token: string }[] }>();
  expect(listed.objects.find((each) => each.key === key)).toMatchObject({ token: '' });
  expect((await rig.ask('DELETE', `/-/npm/v1/tokens/token/${key}`, { by: 'author' })).statusCode).toBe(200);
  expect((await who()).json()).toMatchObject({ error: { message: 'the registry does not know the token' } });
});

test('a stolen token makes no others without the password, and none for others', async () => {
  await using rig = await Rig.open();
  const { token } = (await rig.ask('PUT', account, { body: login('alice', 'correct horse') })).json<{ token: string }>();
  await rig.tokenOf('bob');
  const headers = { authorization: `Bearer ${token}` };
  const create = async (body: object): Promise<number> => (await rig.ask('POST', '/-/npm/v1/tokens', { headers, body })).statusCode;
  expect([await create({}), await create({ password: 'wrong horse' }), await create({ account: 'bob', password: 'correct horse' }), await create({ password: 'correct horse', name: 'laptop' })]).toEqual([401, 401, 403, 201]);
});

test('a limit that the registry does not know is refused, not forgotten', async () => {
  await using rig = await Rig.open();
  await rig.tokenOf('author');
  for (const limit of [{ cidr_whitelist: ['10.0.0.0/8'] }, { orgs: ['acme'] }, { expires: 0 }, { packages_and_scopes_permission: 'read-write-stage-only' }]) expect((await rig.ask('POST', '/-/npm/v1/tokens', { by: 'admin', body: { account: 'author', ...limit } })).statusCode).toBe(400);
});

test('a start that is not the first shows no token of the administrator', async () => {
  const storage = memoryStorage();
  await using first = await Rig.open({ storage });
  await using second = await Rig.open({ storage });
  expect([typeof first.registry.adminToken, second.registry.adminToken]).toEqual(['string', undefined]);
});
