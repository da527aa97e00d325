import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { isByomlError, z, type ByomlError } from '@byoml/core';
import { aRun, inFolder } from '@byoml/core/testkit';
import { containerSas, startAzurite } from '@byoml/fixtures/azurite';
import { faultyProxy, type Fault } from '@byoml/fixtures/faulty-proxy';
import { loopbackCertificate } from '@byoml/fixtures/loopback-certificate';
import { afterAll, describe, expect, test } from 'vitest';
import { openStore } from './client.ts';
import { credentialFor } from './credential.ts';
import { dataExport } from './data-export.ts';
import { translated } from './translated.ts';
import { always, line, scanner, workspace, writer } from './storage.test.fixture.ts';

const certificate = loopbackCertificate();
const [azurite, secure] = await Promise.all([startAzurite(), startAzurite(certificate)]);
const folder = await mkdtemp(join(tmpdir(), 'byoml-access-'));
await writeFile(join(folder, 'cert.pem'), certificate.certificate);
afterAll(async () => {
  await Promise.all([azurite[Symbol.asyncDispose](), secure[Symbol.asyncDispose](), rm(folder, { recursive: true, force: true })]);
});

const blob = `${workspace('ws')}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`;
await (await writer(azurite, 'am-logs')).append(blob, line('1'));
const settings = { account: azurite.accountUrl, table: 'Logs' };
const sas = containerSas(azurite, 'am-logs', 'rl');
const signature = new URLSearchParams(sas).get('sig') ?? '';
const other = (text: string): string => text.replace(/^./u, (first) => (first === 'A' ? 'B' : 'A'));

/** What a scan with these settings throws. */
const failure = (over: object, services: object = {}): Promise<ByomlError> =>
  inFolder(async (cache) => {
    const source = dataExport.create(z.parse(dataExport.settings, { ...settings, ...over }), { cache: { path: cache }, log: { info() {}, warn() {} }, clock: { now: () => new Date() }, ...services });
    const thrown: unknown = await source.scan(always, aRun()).then(() => undefined, (error: unknown) => error);
    if (!isByomlError(thrown)) throw new Error(`expected an error of the catalogue, received ${inspect(thrown)}`);
    return thrown;
  });

describe('who may read', () => {
  test.each<[string, object]>([
    ['a connection string with a key', { connectionString: azurite.connectionString }],
    ['a SAS', { sas }],
    ['a SAS with its question mark', { sas: `?${sas}` }],
    ['a connection string with a SAS', { connectionString: `BlobEndpoint=${azurite.accountUrl};SharedAccessSignature=${sas}` }],
  ])('%s', async (_name, credential) => {
    await inFolder(async (cache) => {
      const { scan, said } = scanner(dataExport, { ...settings, credential }, cache);
      expect((await scan()).files).toHaveLength(1);
      const stored = await Promise.all((await readdir(join(cache, 'blobs'))).map((name) => readFile(join(cache, 'blobs', name), 'utf8')));
      const everything = inspect([stored, said, (await scan()).files], { depth: null });
      for (const secret of [signature, encodeURIComponent(signature), azurite.accountKey]) expect(everything).not.toContain(secret);
    });
  });

  const past = sas.replace(/se=[^&]+/u, `se=${encodeURIComponent('2026-01-02T03:04:05Z')}`);
  const wrongKey = azurite.connectionString.replace(azurite.accountKey, other(azurite.accountKey));
  test.each<[string, object, string, RegExp]>([
    ['an expired SAS', { credential: { sas: past } }, 'CREDENTIAL_INVALID', /the SAS has expired at 2026-01-02T03:04:05\.000Z/],
    ['a forged SAS', { credential: { sas: sas.replace(/sig=[^&]+/u, `sig=${encodeURIComponent(other(signature))}`) } }, 'CREDENTIAL_INVALID', /the SAS is not accepted/],
    ['a SAS without list', { credential: { sas: containerSas(azurite, 'am-logs', 'r') } }, 'ROLE_MISSING', /needs read and list \(sp=rl\).*Storage Blob Data Reader/],
    ['a SAS without a signature', { credential: { sas: 'sv=2020&sp=rl' } }, 'CREDENTIAL_INVALID', /the SAS has no signature/],
    ['a wrong key', { credential: { connectionString: wrongKey } }, 'CREDENTIAL_INVALID', /the account key is not accepted/],
    ["another account's key", { credential: { connectionString: azurite.connectionString.replace('AccountName=', 'AccountName=x') } }, 'CREDENTIAL_INVALID', /is of another account/],
    ['half a connection string', { credential: { connectionString: `AccountKey=${azurite.accountKey}` } }, 'CREDENTIAL_INVALID', /neither AccountName and AccountKey nor SharedAccessSignature/],
    ['no such container', { table: 'SigninLogs', credential: { connectionString: azurite.connectionString } }, 'RESOURCE_UNKNOWN', /has no container "am-signinlogs" .*; of exports it has am-logs/],
    ['no such container, and no right to list them', { container: 'none', credential: { sas } }, 'CREDENTIAL_INVALID', /./],
  ])('%s is named, without the secret', async (_name, over, code, message) => {
    const thrown = await failure(over);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
    const everything = inspect(thrown, { depth: null, showHidden: true });
    for (const secret of [signature, other(signature), azurite.accountKey, other(azurite.accountKey)]) expect(everything).not.toMatch(new RegExp(`${RegExp.escape(secret)}|${RegExp.escape(encodeURIComponent(secret))}`, 'u'));
  });

  test('a clock that is wrong is named', async () => {
    const now = (): Date => new Date(Date.now() + 7_200_000);
    expect(await failure({ credential: { connectionString: wrongKey } }, { clock: { now } })).toMatchObject({ code: 'CREDENTIAL_INVALID', message: expect.stringContaining('the clock of this machine is 120 minutes ahead') });
  });

  test.each([
    [`https://acct.blob.core.windows.net/?${sas}`, /expected no query in the URL: write a SAS as credential/], ['http://acct.blob.core.windows.net', /expected https/], ['https://u:p@acct.blob.core.windows.net', /no user name/],
    ['https://acct.blob.core.windows.net/am-logs', /the container has a setting of its own/], ['My Account', /expected the name of a storage account/],
  ])('the account %s is refused before anything is asked', (account, message) => {
    const { success, error } = dataExport.settings.safeParse({ ...settings, account });
    expect([success, error?.issues[0]?.message]).toEqual([false, expect.stringMatching(message)]);
    expect(inspect(error)).not.toContain(encodeURIComponent(signature));
  });
});

describe('what the service does', () => {
  const credential = credentialFor({ connectionString: azurite.connectionString }, azurite.accountUrl);
  const asked = (url: string, signal = aRun().signal) => openStore({ url, credential, now: () => new Date(), patience: { answerMs: 200, waitsMs: [1] } }).then((store) => store.container('am-logs').level('', signal));
  const behind = async (fault: Fault): Promise<unknown> => {
    const { origin, pathname } = new URL(azurite.accountUrl);
    await using proxy = await faultyProxy(origin, () => fault);
    return await asked(`${proxy.url}${pathname}`);
  };

  test.each<[string, Fault, string, RegExp]>([
    ['does not answer', 'no answer', 'SERVICE_UNAVAILABLE', /no answer in time/],
    ['closes connections', 'request lost', 'SERVICE_UNAVAILABLE', /ECONNRESET|closed|REQUEST_SEND_ERROR/],
    ['answers by halves', 'answer cut', 'SERVICE_UNAVAILABLE', /./],
    ['fails', { status: 500, body: '<Error><Code>InternalError</Code></Error>' }, 'SERVICE_UNAVAILABLE', /500/],
    ['is busy', { status: 503, body: '<Error><Code>ServerBusy</Code></Error>' }, 'SERVICE_THROTTLED', /503/],
    ['throttles', { status: 429, body: '' }, 'SERVICE_THROTTLED', /429/],
    ['knows no such role', { status: 403, body: '<Error><Code>AuthorizationPermissionMismatch</Code></Error>' }, 'ROLE_MISSING', /"Storage Blob Data Reader"/],
    ['has a firewall', { status: 403, body: '<Error><Code>AuthorizationFailure</Code></Error>' }, 'CREDENTIAL_INVALID', /or the account's network rules keep this machine out/],
    ['takes no keys', { status: 403, body: '<Error><Code>KeyBasedAuthenticationNotPermitted</Code></Error>' }, 'CREDENTIAL_INVALID', /use an identity/],
    ['says something else', { status: 409, body: '<Error><Code>Odd</Code></Error>' }, 'SERVICE_REFUSED', /409/],
    ['answers nonsense', { status: 200, body: 'not xml <' }, 'SERVICE_UNAVAILABLE', /cannot be read/],
  ])('a service that %s', async (_name, fault, code, message) => {
    await expect(behind(fault)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a firewall that keeps out an identity', () => {
    const about = { address: 'https://a/c', account: 'https://a', credential: { kind: 'token', ways: ['cli'] }, now: new Date(), signal: aRun().signal } as const;
    expect(translated({ statusCode: 403, code: 'AuthorizationFailure' }, about)).toMatchObject({ code: 'SERVICE_REFUSED', message: expect.stringContaining('network rules') });
  });

  test('nobody there', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await once(server.close(), 'close');
    await expect(asked(`http://127.0.0.1:${port}/${azurite.account}`)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('nothing listens there') });
  });

  test('a certificate that nobody vouches for', async () => {
    await expect(asked(secure.accountUrl)).rejects.toMatchObject({ code: 'CERTIFICATE_INVALID' });
  });

  test('a stop while it does not answer', async () => {
    const [controller, reason] = [new AbortController(), new Error('told to stop')];
    const { origin, pathname } = new URL(azurite.accountUrl);
    await using proxy = await faultyProxy(origin, () => (controller.abort(reason), 'no answer'));
    await expect(asked(`${proxy.url}${pathname}`, controller.signal)).rejects.toBe(reason);
  });
});

/** As the emulator wants it: it looks at audience, issuer and times, and believes the signature. */
function token(over: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: 'https://storage.azure.com', iss: 'https://sts.windows.net/11111111-1111-1111-1111-111111111111/', iat: now - 10, nbf: now - 10, exp: now + 3600, ...over };
  return `${[{ typ: 'JWT', alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.c2lnbmF0dXJl`;
}

/** A scan in a process of its own, where the environment tells how to sign in. */
async function scanned(credential: string, env: Readonly<Record<string, string>>): Promise<{ files?: number; code?: string; message?: string }> {
  return inFolder(async (cache) => {
    const told = JSON.stringify({ cache, settings: { account: secure.accountUrl, table: 'Logs', credential } });
    const child = spawn(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'scan.test.child.ts'), told], {
      env: { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'), HOME: folder, PATH: dirname(process.execPath), AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:9', ...env }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    return (await json(child.stdout)) as object;
  });
}

/** An `az` that knows nothing but this token. */
async function azWith(output: string): Promise<string> {
  const path = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(path, 'az'), `#!/bin/sh\n${output}\n`);
  await chmod(join(path, 'az'), 0o755);
  return [path, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
}
const answers = (of: string): string => `echo '${JSON.stringify({ accessToken: of, expires_on: Math.floor(Date.now() / 1000) + 3600, tokenType: 'Bearer' })}'`;

describe('an identity, over https', async () => {
  await (await writer(secure, 'am-logs', certificate.certificate)).append(blob, line('1'));

  test('of the machine', async () => {
    await using endpoint = await identityEndpoint(token());
    expect(await scanned('managed', { IDENTITY_ENDPOINT: endpoint.url, IDENTITY_HEADER: 'secret' })).toEqual({ files: 1 });
    expect(await scanned('default', { IDENTITY_ENDPOINT: endpoint.url, IDENTITY_HEADER: 'secret' })).toEqual({ files: 1 });
  });

  test.skipIf(process.platform === 'win32')('of the person who is signed in', async () => {
    expect(await scanned('cli', { PATH: await azWith(answers(token())) })).toEqual({ files: 1 });
  });

  test.skipIf(process.platform === 'win32').each([
    ['has expired', { exp: 1_700_000_000 }], ['is for something else', { aud: 'https://management.azure.com' }],
  ])('whose token %s is not accepted', async (_name, claims) => {
    const wrong = token(claims);
    const said = await scanned('cli', { PATH: await azWith(answers(wrong)) });
    expect(said).toEqual({ code: 'CREDENTIAL_INVALID', message: expect.stringContaining('the token is not accepted') });
    expect(said.message).not.toContain(wrong);
  });

  test.skipIf(process.platform === 'win32')('of nobody is told, with what was tried', async () => {
    expect(await scanned('cli', { PATH: await azWith("echo \"Please run 'az login' to setup account.\" >&2; exit 1") })).toMatchObject({ code: 'CREDENTIAL_INVALID', message: expect.stringMatching(/tried cli: .*az login/) });
    expect(await scanned('workload', {})).toMatchObject({ code: 'CREDENTIAL_INVALID', message: expect.stringMatching(/tried workload: WorkloadIdentityCredential/) });
  });
});

async function identityEndpoint(said: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, answer) => void answer.setHeader('content-type', 'application/json').end(JSON.stringify({ access_token: said, expires_on: String(Math.floor(Date.now() / 1000) + 3600), resource: 'https://storage.azure.com', token_type: 'Bearer' })));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
