import { setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { AzureBlobAccess, AzureBlobSettings } from './azure-blob-settings.ts';
import { azureBlobStorage } from './azure-blob.ts';
import { azuriteOrReason, containerSas, putEmptyBlobs, startAzurite, type Azurite } from '@byoml/fixtures/azurite';
import { faultyProxy, type Fault } from '@byoml/fixtures/faulty-proxy';
import { loopbackCertificate } from '@byoml/fixtures/loopback-certificate';
import { absent, type Storage } from './storage.ts';
import { storageSuite } from './storage.suite.ts';
import { inCi } from '../tier.test.fixture.ts';

const found = await azuriteOrReason();
const missing = 'missing' in found ? ` (skipped: ${found.missing})` : '';
const azurite = found as Azurite;
afterAll(async () => (missing ? undefined : azurite[Symbol.asyncDispose]()));

const { signal } = new AbortController();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = async (storage: Storage, key: string): Promise<string> => new TextDecoder().decode((await storage.read(key, signal))?.bytes);
const keysOf = async (storage: Storage, prefix = ''): Promise<string[]> => Array.fromAsync(storage.list(prefix, signal));
const failure = (message: RegExp) => expect.objectContaining({ code: 'STORAGE_FAILED', message: expect.stringMatching(message) });

let containers = 0;
const freeName = (): string => `test-${containers++}`;
const inContainer = (container: string, more: Partial<AzureBlobSettings> = {}): Storage =>
  azureBlobStorage({ connectionString: azurite.connectionString, container, createContainer: true, ...more } as AzureBlobSettings);

/** A storage behind a proxy, and another writer of the same container who goes straight to the service. */
async function behindProxy(faultOf: (number: number, method: string) => Fault | Promise<Fault>, more: Partial<AzureBlobSettings> = {}) {
  const container = freeName();
  const other = inContainer(container);
  await other.write('a', bytes('one'), { signal });
  const proxy = await faultyProxy(azurite.accountUrl, faultOf);
  const connectionString = azurite.connectionString.replace(new URL(azurite.accountUrl).origin, proxy.url);
  return { proxy, other, storage: inContainer(container, { connectionString, ...more }), [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}
const versionIn = async (storage: Storage): Promise<string> => (await storage.read('a', signal))?.version ?? expect.unreachable();

describe.skipIf(missing)(`storage in a container${missing}:`, () => {
  for (const { name, run } of storageSuite(async () => inContainer(freeName()))) test(name, run);
});

describe.skipIf(missing)(`a container${missing}`, () => {
  /** Each writer has read before any writes: whoever does not compare writes over the others. */
  async function entriesAfter(storage: Storage, compares: boolean): Promise<number> {
    let everybodyRead: Promise<unknown> = Promise.resolve();
    const add = async (name: number, first: Promise<Awaited<ReturnType<Storage['read']>>>): Promise<void> => {
      for (let before = await first; ; before = await storage.read('list', signal)) {
        await everybodyRead;
        const after = bytes(`${new TextDecoder().decode(before?.bytes)}${name},`);
        if (await storage.write('list', after, compares ? { expected: before?.version ?? absent, signal } : { signal })) return;
      }
    };
    const reads = Array.from({ length: 20 }, () => storage.read('list', signal));
    everybodyRead = Promise.all(reads);
    await Promise.all(reads.map((read, name) => add(name, read)));
    return new Set((await textOf(storage, 'list')).split(',').filter(Boolean)).size;
  }

  test('keeps the entries of twenty writers at once that compare and swap', async () => {
    expect(await entriesAfter(inContainer(freeName()), true)).toBe(20);
  });

  test('loses entries of writers that do not compare', async () => {
    expect(await entriesAfter(inContainer(freeName()), false)).toBeLessThan(20);
  });

  test.skipIf(!inCi)('lists more objects than a page of the service holds, in order (CI tier)', { timeout: 120_000 }, async () => {
    const container = freeName();
    const storage = inContainer(container);
    await storage.write('after', bytes(''), { signal });
    const keys = Array.from({ length: 5001 }, (_, i) => `many/${String((i * 2039) % 5001).padStart(4, '0')}`);
    expect(await putEmptyBlobs(azurite, container, keys)).toBe(5001);
    expect(await keysOf(storage, 'many/')).toEqual(keys.toSorted());
  });

  test('holds 60 MB of any bytes', async () => {
    const storage = inContainer(freeName());
    const large = new Uint8Array(60_000_000);
    for (let i = 0, state = 1; i < large.length; i++) large[i] = state = (state * 197 + 13) % 251;
    const version = await storage.write('blobs/large', large, { expected: absent, signal });
    const stored = await storage.read('blobs/large', signal);
    expect([stored?.version, Buffer.compare(stored?.bytes ?? bytes(''), large)]).toEqual([version, 0]);
  });

  test('serves packuments and tarballs itself to whoever has a SAS', async () => {
    const container = freeName();
    const storage = inContainer(container);
    const tarball = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
    await storage.write('npm/@acme/odd', bytes('{"name":"@acme/odd"}'), { signal });
    const version = await storage.write('npm/@acme/odd/-/odd-1.2.3.tgz', tarball, { signal });
    const get = (path: string) => fetch(`${azurite.accountUrl}/${container}/npm/${path}?${containerSas(azurite, container, 'r')}`);

    const packument = await get('@acme%2fodd'); // as npm asks
    expect([packument.status, packument.headers.get('content-type'), packument.headers.get('cache-control')]).toEqual([200, 'application/json', 'max-age=60']);
    expect(await packument.json()).toEqual({ name: '@acme/odd' });
    const file = await get('@acme/odd/-/odd-1.2.3.tgz');
    expect([file.status, file.headers.get('content-type'), file.headers.get('cache-control'), file.headers.get('etag')]).toEqual([200, 'application/octet-stream', 'max-age=31536000, immutable', version]);
    expect(await file.bytes()).toEqual(tarball);
    expect((await fetch(`${azurite.accountUrl}/${container}/npm/@acme/odd`)).status).toBeGreaterThanOrEqual(400);
  });

  test('can be used with a SAS alone, and as far as that goes', async () => {
    const container = freeName();
    await inContainer(container).write('a', bytes('one'), { signal });
    const storageWith = (permissions: string) => azureBlobStorage({ accountUrl: azurite.accountUrl, sas: containerSas(azurite, container, permissions), container });
    const storage = storageWith('racwdl');
    expect(await storage.write('a', bytes('two'), { expected: await versionIn(storage), signal })).toBeDefined();
    expect([await textOf(storage, 'a'), await keysOf(storage), await storage.delete('a', { signal })]).toEqual(['two', ['a'], true]);
    await expect(storageWith('r').write('b', bytes('x'), { signal })).rejects.toEqual(failure(/cannot write b: 403 \w+$/));
  });

  test('can be used with tokens of Entra ID', async () => {
    const tls = loopbackCertificate();
    setDefaultCACertificates([tls.certificate]);
    await using service = await startAzurite(tls);
    const seconds = Math.floor(Date.now() / 1000);
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const tokenFor = (aud: string): string => `${part({ alg: 'none' })}.${part({ aud, iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/', iat: seconds - 60, nbf: seconds - 60, exp: seconds + 3600 })}.${part({})}`;
    const storageFor = (aud: string) =>
      azureBlobStorage({ accountUrl: service.accountUrl, credential: { getToken: async () => ({ token: tokenFor(aud), expiresOnTimestamp: Date.now() + 3_600_000 }) }, container: 'test', createContainer: true });
    const storage = storageFor('https://storage.azure.com');
    const version = await storage.write('a', bytes('one'), { expected: absent, signal });
    expect([await versionIn(storage), await textOf(storage, 'a')]).toEqual([version, 'one']);
    await expect(storageFor('https://elsewhere.example').read('a', signal)).rejects.toEqual(failure(/cannot read a: 40\d \w+$/));
  });

  test('that does not exist is a failure and not an empty storage, unless it may be made', async () => {
    const container = freeName();
    const storage = inContainer(container, { createContainer: false });
    const none = failure(new RegExp(`^storage ${azurite.account}/${container}: cannot .*: 404 ContainerNotFound$`));
    await expect(storage.read('a', signal)).rejects.toEqual(none);
    await expect(storage.write('a', bytes('x'), { expected: absent, signal })).rejects.toEqual(none);
    await expect(storage.write('a', bytes('x'), { expected: '"0x1"', signal })).rejects.toEqual(none);
    await expect(storage.delete('a', { signal })).rejects.toEqual(none);
    await expect(storage.delete('a', { expected: absent, signal })).rejects.toEqual(none);
    await expect(keysOf(storage)).rejects.toEqual(none);
    expect([await inContainer(container).read('a', signal), await keysOf(storage)]).toEqual([undefined, []]);
  });

  test('may hold blobs of others, which are not listed when their names are no keys', async () => {
    const container = freeName();
    const storage = inContainer(container);
    await storage.write('npm/odd', bytes('{}'), { signal });
    const put = (name: string) => fetch(`${azurite.accountUrl}/${container}/${name}?${containerSas(azurite, container, 'racwdl')}`, { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' }, body: 'x' });
    for (const name of ['README.md', 'npm/.hidden', 'v1/two words']) expect((await put(name)).status).toBe(201);
    expect(await keysOf(storage)).toEqual(['npm/odd']);
  });

  test('has no version that means any version', async () => {
    const storage = inContainer(freeName());
    await storage.write('a', bytes('one'), { signal });
    for (const expected of ['*', '', '"*", *', 'W/"1"', '"a"\r\nx: y']) {
      expect(await storage.write('a', bytes('two'), { expected, signal })).toBeUndefined();
      expect(await storage.delete('a', { expected, signal })).toBe(false);
    }
    expect(await textOf(storage, 'a')).toBe('one');
  });

  test('in which somebody holds a lease on an object fails, and does not ask for another version', async () => {
    const container = freeName();
    const storage = inContainer(container);
    await storage.write('a', bytes('one'), { signal });
    const expected = await versionIn(storage);
    const lease = await fetch(`${azurite.accountUrl}/${container}/a?comp=lease&${containerSas(azurite, container, 'racwdl')}`, { method: 'PUT', headers: { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '60' } });
    expect(lease.status).toBe(201);
    await expect(storage.write('a', bytes('two'), { expected, signal })).rejects.toEqual(failure(/cannot write a: 412 Lease\w+$/));
    await expect(storage.delete('a', { expected, signal })).rejects.toEqual(failure(/cannot delete a: 412 Lease\w+$/));
  });
});

describe.skipIf(missing)(`when an answer is lost${missing}`, () => {
  test('a swap that was done counts as done', async () => {
    await using at = await behindProxy((number) => (number === 2 ? 'answer lost' : 'none'));
    const version = await at.storage.write('a', bytes('two'), { expected: await versionIn(at.storage), signal });
    expect(version).toBe(await versionIn(at.other));
    expect([await textOf(at.other, 'a'), at.proxy.seen]).toEqual(['two', ['GET', 'PUT', 'PUT', 'HEAD']]);
  });

  test('a creation that was done counts as done', async () => {
    await using at = await behindProxy((number) => (number === 1 ? 'answer lost' : 'none'));
    const version = await at.storage.write('new', bytes('mine'), { expected: absent, signal });
    expect([version, await textOf(at.other, 'new')]).toEqual([(await at.other.read('new', signal))?.version, 'mine']);
  });

  test('a deletion that was done counts as done', async () => {
    await using at = await behindProxy((number) => (number === 2 ? 'answer lost' : 'none'));
    expect(await at.storage.delete('a', { expected: await versionIn(at.storage), signal })).toBe(true);
    expect(await at.other.read('a', signal)).toBeUndefined();
  });

  test('a change without condition is done again', async () => {
    await using at = await behindProxy((_, method) => (method === 'GET' || at.proxy.seen.length % 2 === 0 ? 'none' : 'answer lost'));
    expect(await at.storage.write('a', bytes('two'), { signal })).toBe(await versionIn(at.other));
    expect(await at.storage.delete('a', { signal })).toBe(true);
    expect(await keysOf(at.other)).toEqual([]);
  });

  test('the same content of another writer is not taken for the own', async () => {
    await using at = await behindProxy(async (number) => {
      if (number !== 2) return 'none';
      await at.other.write('a', bytes('two'), { expected: await versionIn(at.other), signal });
      return 'request lost';
    });
    const expected = await versionIn(at.storage);
    expect(await at.storage.write('a', bytes('two'), { expected, signal })).toBeUndefined();
  });

  test('a creation that another writer was faster with is not as expected', async () => {
    await using at = await behindProxy(async (number) => {
      if (number !== 1) return 'none';
      await at.other.write('new', bytes('other'), { expected: absent, signal });
      return 'request lost';
    });
    expect(await at.storage.write('new', bytes('mine'), { expected: absent, signal })).toBeUndefined();
    expect(await textOf(at.other, 'new')).toBe('other');
  });

  test('and another writer has gone on since, nobody claims to know', async () => {
    await using at = await behindProxy(async (number) => {
      if (number === 3) await at.other.write('a', bytes('three'), { expected: await versionIn(at.other), signal });
      return number === 2 ? 'answer lost' : 'none';
    });
    await expect(at.storage.write('a', bytes('two'), { expected: await versionIn(at.storage), signal })).rejects.toEqual(failure(/a change of a was lost.*not known/));
  });

  test('a deletion whose object another writer has made again, nobody claims to know', async () => {
    await using at = await behindProxy(async (number) => {
      if (number === 3) await at.other.write('a', bytes('again'), { expected: absent, signal });
      return number === 2 ? 'answer lost' : 'none';
    });
    await expect(at.storage.delete('a', { expected: await versionIn(at.storage), signal })).rejects.toEqual(failure(/not known/));
  });

  test('a deletion that another writer was faster than is not as expected', async () => {
    await using at = await behindProxy(async (number) => {
      if (number !== 2) return 'none';
      await at.other.write('a', bytes('two'), { expected: await versionIn(at.other), signal });
      return 'request lost';
    });
    expect(await at.storage.delete('a', { expected: await versionIn(at.storage), signal })).toBe(false);
  });

  test('an object whose reading broke off is read again, also when it has changed', async () => {
    await using at = await behindProxy(async (number) => {
      if (number === 2) await at.other.write('a', bytes('changed'), { signal });
      return number === 1 ? 'answer cut' : 'none';
    });
    expect(await textOf(at.storage, 'a')).toBe('changed');
  });

  test('an object whose reading breaks off every time is a failure', async () => {
    await using at = await behindProxy(() => 'answer cut');
    await expect(at.storage.read('a', signal)).rejects.toEqual(failure(/cannot read a/));
  });
});

describe.skipIf(missing)(`a service${missing}`, () => {
  const operations = Object.entries<(storage: Storage, stop: AbortSignal) => Promise<unknown>>({
    read: (storage, stop) => storage.read('a', stop),
    write: (storage, stop) => storage.write('a', bytes('x'), { signal: stop }),
    create: (storage, stop) => storage.write('a', bytes('x'), { expected: absent, signal: stop }),
    swap: (storage, stop) => storage.write('a', bytes('x'), { expected: '"0x1"', signal: stop }),
    delete: (storage, stop) => storage.delete('a', { signal: stop }),
    'delete a version': (storage, stop) => storage.delete('a', { expected: '"0x1"', signal: stop }),
    list: (storage, stop) => Array.fromAsync(storage.list('', stop)),
  });

  test.each(operations)('that does not answer: %s ends with the signal, and else with the deadline', async (_, work) => {
    const stopping = new AbortController();
    await using at = await behindProxy(() => {
      stopping.abort(new Error('stopped'));
      return 'no answer';
    });
    await expect(work(at.storage, stopping.signal)).rejects.toThrow('stopped');
    await using silent = await behindProxy(() => 'no answer', { deadlineMs: 50 });
    await expect(work(silent.storage, signal)).rejects.toEqual(failure(/no answer within 0.05 s$/));
  });

  test('that waits for a token which never comes ends with the signal, and else with the deadline', async () => {
    const stopping = new AbortController();
    const storageWith = (getToken: () => Promise<null>, deadlineMs: number) => azureBlobStorage({ accountUrl: 'https://127.0.0.1:9/byoml', credential: { getToken }, container: 'test', deadlineMs });
    const never = Promise.withResolvers<null>().promise;
    const asking = (): Promise<null> => {
      stopping.abort(new Error('stopped'));
      return never;
    };
    await expect(storageWith(asking, 60_000).read('a', stopping.signal)).rejects.toThrow('stopped');
    await expect(storageWith(() => never, 50).read('a', signal)).rejects.toEqual(failure(/no answer within 0.05 s$/));
  });

  test.each(operations)('that answers 404 without saying what is missing: %s fails', async (_, work) => {
    await using at = await behindProxy(() => ({ status: 404, body: '<html>proxy</html>' }));
    await expect(work(at.storage, signal)).rejects.toEqual(failure(/: 404 \w+$/));
  });

  test('that lists out of order is refused', async () => {
    const blob = (name: string): string => `<Blob><Name>${name}</Name><Properties><Last-Modified>Tue, 24 Mar 2026 00:00:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>1</Content-Length></Properties></Blob>`;
    const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="c"><Blobs>${blob('a/b')}${blob('a-b')}</Blobs><NextMarker /></EnumerationResults>`;
    await using at = await behindProxy(() => ({ status: 200, body }));
    await expect(keysOf(at.storage)).rejects.toEqual(failure(/lists a-b behind a\/b/));
  });

  test('that is busy for a moment is asked again', async () => {
    await using at = await behindProxy((number) => (number === 1 ? { status: 503, body: '' } : 'none'));
    expect(await textOf(at.storage, 'a')).toBe('one');
  });
});

/** All that somebody could print of it: hidden fields, causes, stacks and fields of errors. */
const everythingIn = (value: unknown): string => `${inspect(value, { depth: Infinity, showHidden: true, maxStringLength: Infinity })}${JSON.stringify(value)}${String((value as Error).stack)}`;
const secret = 'c2VjcmV0LXRoYXQtbm9ib2R5LW1heS1yZWFk';
const sas = `sv=2020-12-06&sr=c&sp=racwdl&se=2030-01-01T00:00:00Z&sig=${secret}`;

async function thrownBy(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (thrown) {
    return thrown as Error;
  }
  return expect.unreachable('nothing was thrown');
}

describe('secrets', () => {
  test('are found where they are', () => {
    expect(everythingIn(new Error('x', { cause: new Error('y', { cause: { request: { url: `http://127.0.0.1/?${sas}` } } }) }))).toContain(secret);
  });

  const nowhere = 'http://127.0.0.1:9/byoml';
  const invalid = Object.entries<unknown>({
    'an address with a SAS': { accountUrl: `https://byoml.blob.core.windows.net/?${sas}`, sas, container: 'test' },
    'an address with a password': { accountUrl: `https://user:${secret}@byoml.blob.core.windows.net/`, sas, container: 'test' },
    'an address that crosses the network in the clear': { accountUrl: 'http://byoml.blob.core.windows.net/', sas, container: 'test' },
    'a credential in the clear': { accountUrl: nowhere, credential: { getToken: async () => null }, container: 'test' },
    'a SAS with its question mark': { accountUrl: nowhere, sas: `?${sas}`, container: 'test' },
    'a connection string without address': { connectionString: `SharedAccessSignature=${sas}`, container: 'test' },
    'a connection string that is none': { connectionString: `https://x/?sig=${secret}`, container: 'test' },
    'a connection string with an address that is none': { connectionString: `BlobEndpoint=${secret};SharedAccessSignature=${sas}`, container: 'test' },
    'two ways in': { connectionString: `SharedAccessSignature=${sas}`, accountUrl: nowhere, sas, container: 'test' },
    'a way in and a half': { connectionString: `SharedAccessSignature=${sas}`, sas, container: 'test' },
    'no way in': { accountUrl: nowhere, container: 'test' },
    'a container name that is a path': { accountUrl: nowhere, sas, container: '../test' },
    'a container name that is too long': { accountUrl: nowhere, sas, container: 'a'.repeat(64) },
    'an unknown setting': { accountUrl: nowhere, sas, container: 'test', key: secret },
    'a deadline that never comes': { accountUrl: nowhere, sas, container: 'test', deadlineMs: Infinity },
  });
  test.each(invalid)('%s is refused and not repeated', async (_, settings) => {
    const thrown = await thrownBy(() => azureBlobStorage(settings as AzureBlobSettings));
    expect(thrown).toEqual(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
    expect(thrown.cause).toBeUndefined();
    expect(everythingIn(thrown)).not.toContain(secret);
  });

  const refused: readonly (readonly [string, () => AzureBlobAccess])[] = [
    ['a wrong SAS', () => ({ accountUrl: azurite.accountUrl, sas })],
    ['a wrong SAS in a connection string', () => ({ connectionString: `BlobEndpoint=${azurite.accountUrl};SharedAccessSignature=${sas}` })],
    ['a wrong key', () => ({ connectionString: azurite.connectionString.replace(azurite.accountKey, secret) })],
  ];
  describe.skipIf(missing)(`that the service refuses${missing}:`, () => {
    test.each(refused)('%s is told without repeating it', async (_, access) => {
      const storage = azureBlobStorage({ ...access(), container: 'test', createContainer: true });
      for (const work of [() => storage.read('a', signal), () => storage.write('a', bytes('x'), { expected: absent, signal }), () => storage.delete('a', { signal }), () => keysOf(storage)]) {
        const thrown = await thrownBy(work);
        expect(thrown).toEqual(failure(new RegExp(`^storage ${azurite.account}/test: cannot .*: 403 \\w+$`)));
        expect([everythingIn(thrown).includes(secret), everythingIn(thrown).includes('sig='), thrown.cause]).toEqual([false, false, undefined]);
      }
      expect(everythingIn(storage)).not.toContain(secret);
    });
  });

  test('are not told when there is no service', async () => {
    const thrown = await thrownBy(() => azureBlobStorage({ accountUrl: nowhere, sas, container: 'test' }).read('a', signal));
    expect(thrown).toEqual(failure(/^storage byoml\/test: cannot read a: ECONNREFUSED$/));
    expect(everythingIn(thrown)).not.toContain(secret);
  });

  test('of a credential that fails are not told; it is asked for the scope of storage', async () => {
    const asked: unknown[] = [];
    const credential = { getToken: async (scopes: string | string[]) => Promise.reject(Object.assign(new Error(`refused ${secret}`), { name: 'CredentialUnavailableError', scopes: asked.push(scopes) })) };
    const storage = azureBlobStorage({ accountUrl: 'https://127.0.0.1:9/byoml', credential, container: 'test' });
    const thrown = await thrownBy(() => storage.write('a', bytes('x'), { expected: absent, signal }));
    expect(thrown).toEqual(failure(/cannot write a: CredentialUnavailableError$/));
    expect([everythingIn(thrown).includes(secret), asked.flat()]).toEqual([false, ['https://storage.azure.com/.default']]);
  });
});
