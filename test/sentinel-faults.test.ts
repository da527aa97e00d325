import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { catalogue, type ErrorCode } from '@byoml/core';
import { sentinelColumns } from '@byoml/core/results';
import { containerSas, startAzurite, type Azurite } from '@byoml/fixtures/azurite';
import { faultyProxy, type Fault } from '@byoml/fixtures/faulty-proxy';
import { startLogsIngestion, tokenFor, type IngestionOptions, type LogsIngestionDouble } from '@byoml/fixtures/logs-ingestion';
import { loopbackCertificate } from '@byoml/fixtures/loopback-certificate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backfillDays, moment, SmallWorkspace, writeDetection } from './small-workspace.ts';
import { Soc, type RanByoml } from './soc.ts';
import { inCi } from './tier.ts';
import { tokenEndpoint } from './token-endpoint.ts';

const name = 'shares';
const kept = mkdtempSync(join(tmpdir(), 'byoml-sentinel-faults-'));
const certificate = loopbackCertificate();
const ca = join(kept, 'ca.pem');
writeFileSync(ca, certificate.certificate);
const azurite = await startAzurite();
/** One that takes tokens; what asks for it is in CI alone. */
const secure = inCi ? await startAzurite(certificate) : azurite;
afterAll(async () => {
  await Promise.all([...new Set([azurite, secure])].map((one) => one[Symbol.asyncDispose]()));
  rmSync(kept, { recursive: true, force: true });
});

/** What nothing may print. */
const secrets: string[] = [azurite.accountKey, secure.accountKey];
const secret = (text: string): string => {
  secrets.push(text);
  return text;
};
/** As the emulator wants it: it looks at audience, issuer and times. */
const storageToken = (over: object = {}): string => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: 'https://storage.azure.com', iss: 'https://sts.windows.net/11111111-1111-1111-1111-111111111111/', iat: now - 10, nbf: now - 10, exp: now + 3600, ...over };
  return secret(`${[{ typ: 'JWT', alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.c2lnbmF0dXJl`);
};

type Env = Readonly<Record<string, string>>;
interface Told {
  readonly code: ErrorCode;
  readonly exit: number;
  readonly says: readonly RegExp[];
}

/** Looks at what a call that must fail printed. */
function isTold({ status, document, stderr }: RanByoml, { code, exit, says }: Told): void {
  expect(document).toMatchObject({ error: { code, hint: catalogue[code].hint } });
  expect([status, catalogue[code].exit]).toEqual([exit, exit]);
  for (const text of says) expect(document.error.message).toMatch(text);
  const printed = `${JSON.stringify(document)}\n${stderr}`;
  for (const one of secrets) for (const form of [one, encodeURIComponent(one)]) expect(printed.includes(form), 'a secret is printed').toBe(false);
}

/** `byoml check` and so on of a detection with this source, in a workspace of its own. */
async function asked(source: string, env: Env = {}, ...args: readonly string[]): Promise<RanByoml> {
  const soc = new Soc(kept, kept, { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:9', ...env });
  writeDetection({ folder: soc.folder, name }, { source, enrich: '', sinks: '[]' });
  return await soc.run(...(args.length > 0 ? args : ['run', name]));
}
const exportOf = (account: string, credential: string, more = ''): string => `{ use: azure-storage/data-export, settings: { account: '${account}', table: SecurityEvent, credential: ${credential}${more} } }`;
const bySas = "{ sas: '${secret:SAS}' }";
const byKey = "{ connectionString: '${secret:STORAGE}' }";

const containerName = 'am-securityevent';
const blobOf = (hour: number): string => `WorkspaceResourceId=/subscriptions/0/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/soc/y=2026/m=11/d=24/h=${String(hour).padStart(2, '0')}/m=00/PT1H.json`;
const recordOf = (hour: number, n: number): string => `${JSON.stringify({ EventID: 5140, TimeGenerated: `2026-11-24T${String(hour).padStart(2, '0')}:0${n}:00Z`, SubjectUserName: `u${n}`, SubjectDomainName: 'CORP', Computer: 'FS1', ShareName: `\\\\*\\s${n}`, _ItemId: `${hour}-${n}` })}\n`;
const containerIn = ({ connectionString }: Azurite, container: string): ContainerClient => BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container);

/** Makes a container with two hours of two records each. */
async function filled(container: string): Promise<void> {
  const client = containerIn(azurite, container);
  await client.create();
  for (const hour of [6, 7]) {
    const [blob, text] = [client.getAppendBlobClient(blobOf(hour)), recordOf(hour, 1) + recordOf(hour, 2)];
    await blob.create();
    await blob.appendBlock(text, Buffer.byteLength(text));
  }
}
await filled(containerName);


interface Case extends Told {
  readonly name: string;
  readonly call: () => RanByoml | Promise<RanByoml>;
}
/** Every case is in CI; those of `always` also in the default tier. */
function tested(cases: readonly Case[], always: readonly string[]): void {
  const check = async ({ call, ...told }: Case): Promise<void> => isTold(await call(), told);
  test.for(cases.filter((one) => always.includes(one.name)))('$name → $code', check);
  test.skipIf(!inCi).for(cases.filter((one) => !always.includes(one.name)))('$name → $code (CI tier)', check);
}

const sasOf = (permissions: string): string => containerSas(azurite, containerName, permissions);
const signed = (sas: string): string => {
  secret(new URLSearchParams(sas).get('sig') ?? '');
  return sas;
};
const other = (text: string): string => text.replace(/^./u, (first) => (first === 'A' ? 'B' : 'A'));
const wrongKey = azurite.connectionString.replace(azurite.accountKey, secret(other(azurite.accountKey)));
const trusted: Env = { NODE_EXTRA_CA_CERTS: ca };

/** A storage account that answers everything with this. */
async function refusing(status: number, code: string, { date = new Date() } = {}): Promise<AsyncDisposable & { readonly account: string }> {
  const server = createServer({ cert: certificate.certificate, key: certificate.key }, (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code, date: date.toUTCString() }).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    account: `https://127.0.0.1:${(server.address() as AddressInfo).port}/byoml`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
/** Somebody writes a secret after --set. */
const onCommandLine = (set: string): Promise<RanByoml> => new Soc(kept, kept).run('init', 'new', '--source', 'azure-storage/data-export', '--set', `account=${azurite.accountUrl}`, '--set', 'table=SecurityEvent', '--set', set);
async function asManaged(account: string, token: string): Promise<RanByoml> {
  await using endpoint = await tokenEndpoint(token);
  return await asked(exportOf(account, 'managed'), { ...trusted, ...endpoint.identity });
}

describe.concurrent('a source that cannot be read ends the command with what is missing, and no secret', () => {
  const cases: readonly Case[] = [
    { name: 'a wrong account key', code: 'CREDENTIAL_INVALID', exit: 6, says: [/am-securityevent/, /the account key is not accepted/], call: () => asked(exportOf(azurite.accountUrl, byKey), { BYOML_SECRET_STORAGE: wrongKey }) },
    { name: 'a secret that is not set', code: 'SECRET_MISSING', exit: 2, says: [/BYOML_SECRET_STORAGE/], call: () => asked(exportOf(azurite.accountUrl, byKey)) },
    {
      name: 'an expired SAS', code: 'CREDENTIAL_INVALID', exit: 6, says: [/am-securityevent/, /the SAS has expired at 2026-01-02T03:04:05\.000Z/],
      call: () => asked(exportOf(azurite.accountUrl, bySas), { BYOML_SECRET_SAS: signed(sasOf('rl').replace(/se=[^&]+/u, `se=${encodeURIComponent('2026-01-02T03:04:05Z')}`)) }),
    },
    { name: 'a SAS that may not list', code: 'ROLE_MISSING', exit: 6, says: [/am-securityevent/, /sp=rl/, /"Storage Blob Data Reader"/], call: () => asked(exportOf(azurite.accountUrl, bySas), { BYOML_SECRET_SAS: signed(sasOf('r')) }) },
    {
      name: 'an identity without the role', code: 'ROLE_MISSING', exit: 6, says: [/\/am-securityevent/, /the identity may not read: it needs the role "Storage Blob Data Reader"/],
      async call() {
        await using service = await refusing(403, 'AuthorizationPermissionMismatch');
        return await asManaged(service.account, storageToken());
      },
    },
    { name: 'a token that has expired', code: 'CREDENTIAL_INVALID', exit: 6, says: [/am-securityevent/, /the token is not accepted/], call: () => asManaged(secure.accountUrl, storageToken({ exp: 1_700_000_000 })) },
    {
      name: 'a clock that is two hours behind', code: 'CREDENTIAL_INVALID', exit: 6, says: [/the clock of this machine is 120 minutes behind/],
      async call() {
        await using service = await refusing(403, 'AuthenticationFailed', { date: new Date(Date.now() + 7_200_000) });
        return await asked(exportOf(service.account, byKey), { ...trusted, BYOML_SECRET_STORAGE: secure.connectionString.replace(secure.account, 'byoml') });
      },
    },
    { name: 'a certificate that nobody vouches for', code: 'CERTIFICATE_INVALID', exit: 6, says: [/127\.0\.0\.1/, /DEPTH_ZERO_SELF_SIGNED_CERT/], call: () => asked(exportOf(secure.accountUrl, byKey), { BYOML_SECRET_STORAGE: secure.connectionString }) },
    { name: 'a container that is not there', code: 'RESOURCE_UNKNOWN', exit: 6, says: [/has no container "am-signinlogs"/, /of exports it has am-securityevent/], call: () => asked(exportOf(azurite.accountUrl, byKey, ', container: am-signinlogs'), { BYOML_SECRET_STORAGE: azurite.connectionString }) },
    { name: 'nobody who is signed in', code: 'CREDENTIAL_INVALID', exit: 6, says: [/tried workload: WorkloadIdentityCredential/], call: () => asked(exportOf(secure.accountUrl, 'workload'), trusted) },
    { name: 'a SAS in the address of the account', code: 'DETECTION_INVALID', exit: 2, says: [/shares\.yaml:\d+:\d+/, /expected no secret in the file; write \$\{secret:NAME\}/], call: () => asked(exportOf(`https://byoml.blob.core.windows.net/?${signed(sasOf('rl'))}`, 'managed')) },
    { name: 'a port on which nobody listens', code: 'SERVICE_UNAVAILABLE', exit: 6, says: [/127\.0\.0\.1:1/, /nothing listens there/], call: () => asked(exportOf('http://127.0.0.1:1/byoml', bySas), { BYOML_SECRET_SAS: signed(sasOf('rl')) }) },
    { name: 'an event hub namespace that does not answer', code: 'SERVICE_UNAVAILABLE', exit: 6, says: [/127\.0\.0\.1:1 cannot be reached/], call: () => asked("{ use: event-hubs/topic, settings: { bootstrap: '127.0.0.1:1', table: SecurityEvent, connectionString: '${secret:HUB}' } }", { BYOML_SECRET_HUB: secret('Endpoint=sb://soc/;SharedAccessKeyName=listen;SharedAccessKey=c2VjcmV0IG9mIHRoZSBodWI=') }) },
    { name: 'a SAS on the command line that is no setting', code: 'SETTINGS_INVALID', exit: 2, says: [/"credential": expected .*, received a text that is not shown/], call: () => onCommandLine(`credential=${signed(sasOf('rl'))}`) },
    { name: 'a certificate authority that is not there', code: 'FILE_MISSING', exit: 3, says: [/none\.pem \(setting "ca"\)/], call: () => asked("{ use: event-hubs/topic, settings: { bootstrap: '127.0.0.1:1', table: SecurityEvent, tls: true, ca: ./none.pem } }") },
  ];
  tested(cases, ['a SAS that may not list', 'an identity without the role', 'a container that is not there']);
});

describe('blobs that change or have odd names while the command reads', () => {
  const key: Env = { BYOML_SECRET_STORAGE: azurite.connectionString };
  /** Containers with two blobs of two records each, seen through a proxy that is asked before each read of a blob. */
  const read = async (container: string, before: (path: string, container: ContainerClient) => Promise<unknown>): Promise<RanByoml> => {
    await filled(container);
    const { origin, pathname } = new URL(azurite.accountUrl);
    await using proxy = await faultyProxy(origin, async (_number, method, path): Promise<Fault> => {
      if (method === 'GET' && path.includes('PT1H.json')) await before(path, containerIn(azurite, container));
      return 'none';
    });
    return await asked(exportOf(`${proxy.url}${pathname}`, byKey, `, container: ${container}`), key, 'check', name);
  };

  test('one that is deleted after it was listed is left out, and named', async () => {
    const { status, document, stderr } = await read('deleted', (path, container) => (path.includes('h%3D06') ? container.deleteBlob(blobOf(6)).catch(() => undefined) : Promise.resolve()));
    expect([status, document.view.records]).toEqual([0, 2]);
    expect(stderr).toMatch(/h=06\/m=00\/PT1H\.json was deleted after it was listed; it is left out/);
  });

  test('one that grows meanwhile is read as it was listed', async () => {
    let grown = 0;
    const { status, document } = await read('growing', async (path, container) => {
      if (path.includes('h%3D06') && grown++ === 0) await container.getAppendBlobClient(blobOf(6)).appendBlock(recordOf(6, 3), Buffer.byteLength(recordOf(6, 3)));
    });
    expect([status, document.view.records, grown > 0]).toEqual([0, 4, true]);
  });

  test('names that look like paths or hold control characters are read or named, and nothing is written elsewhere', async () => {
    const container = containerIn(azurite, 'hostile');
    await container.create();
    const names = ['..\\..\\evil.jsonl', '/etc/passwd.jsonl', '%2e%2e/x.jsonl', 'tab\there.jsonl', 'ünï 漢字?#.jsonl', '$(touch pwned).jsonl', "a'; drop table x; --.jsonl"];
    for (const [n, blob] of names.entries()) await container.getBlockBlobClient(blob).upload(recordOf(6, n), Buffer.byteLength(recordOf(6, n)));
    const before = readdirSync(kept).length;
    const { status, document, stderr } = await asked(`{ use: azure-storage/blobs, settings: { account: '${azurite.accountUrl}', container: hostile, credential: ${byKey} } }`, key, 'check', name);
    expect([status, document.view.records]).toEqual([0, names.length - 1]);
    expect(stderr).toMatch(/evil\.jsonl has a name that no request can say; it is left out/);
    expect(`${JSON.stringify(document)}${stderr}`.replaceAll('\n', '')).toMatch(/^[\x20-\x7e]*$/);
    expect(readdirSync(kept)).toHaveLength(before + 1);
  });
});

describe('results that the table does not take end the command, stay, and are there once it takes them', () => {
  const [ruleId, stream] = ['dcr-0123456789abcdef', 'Custom-ByomlAnomalousAccess_CL'];
  const at = moment(30, 0, 30).toISOString();
  let company: SmallWorkspace;
  let double: LogsIngestionDouble;
  let rows = 0;

  /** Runs the detection with this sink. */
  async function sent({ endpoint = double.url, rule = ruleId, to = stream, more = '', token = tokenFor().token, env = trusted }: { endpoint?: string; rule?: string; to?: string; more?: string; token?: string; env?: Env } = {}): Promise<RanByoml> {
    await using identity = await tokenEndpoint(secret(token));
    const sinks = `[ { use: azure-monitor/logs-ingestion, settings: { endpoint: '${endpoint}', ruleId: ${rule}, stream: ${to}, credential: managed${more} } } ]`;
    writeDetection(company, { budget: '40/day', sinks });
    return await Soc.in(company.folder, kept, { ...env, ...identity.identity }).run('run', name, '--now', at);
  }
  const doubled = (options: Partial<IngestionOptions>): Promise<LogsIngestionDouble> => startLogsIngestion({ certificate, rules: { [ruleId]: { [stream]: sentinelColumns } }, ...options });
  const behind = async (options: Partial<IngestionOptions>, more = ''): Promise<RanByoml> => {
    await using one = await doubled(options);
    return await sent({ endpoint: one.url, more });
  };

  beforeAll(async () => {
    [company, double] = await Promise.all([SmallWorkspace.make({ users: 40 }), doubled({})]);
    company.grow(moment(30));
    // Nothing listens: what is found waits.
    writeDetection(company, { budget: '40/day', sinks: `[ { use: azure-monitor/logs-ingestion, settings: { endpoint: 'https://127.0.0.1:1', ruleId: ${ruleId}, stream: ${stream}, credential: managed, patienceSeconds: 1 } } ]` });
    await backfillDays(company, 28, 30).catch(() => undefined);
    rows = company.look((state) => state.alerts({ role: 'production', withdrawn: false }).length);
  }, 120_000);
  afterAll(async () => {
    company?.[Symbol.dispose]();
    await double?.[Symbol.asyncDispose]();
  });

  const cases: readonly Case[] = [
    { name: 'an identity without the role', code: 'ROLE_MISSING', exit: 6, says: [/dcr-0123456789abcdef/, /"Monitoring Metrics Publisher"/], call: () => sent({ token: tokenFor({ role: 'Reader' }).token }) },
    { name: 'a rule that does not exist', code: 'RESOURCE_UNKNOWN', exit: 6, says: [/dcr-fedcba9876543210/], call: () => sent({ rule: 'dcr-fedcba9876543210' }) },
    { name: 'a stream that the rule does not have', code: 'RESOURCE_UNKNOWN', exit: 6, says: [/dcr-0123456789abcdef has no stream Custom-None_CL/], call: () => sent({ to: 'Custom-None_CL' }) },
    { name: 'a token that has expired', code: 'CREDENTIAL_INVALID', exit: 6, says: [/expired/], call: () => sent({ token: tokenFor({ expiresIn: -60 }).token }) },
    { name: 'a token for something else', code: 'CREDENTIAL_INVALID', exit: 6, says: [/another audience/], call: () => sent({ token: tokenFor({ audience: 'https://management.azure.com' }).token }) },
    { name: 'a clock that is ahead', code: 'CREDENTIAL_INVALID', exit: 6, says: [/clock of this machine is 15 min ahead of the service's/], call: () => behind({ now: () => Date.now() - 15 * 60_000 }) },
    { name: 'a certificate that nobody vouches for', code: 'CERTIFICATE_INVALID', exit: 6, says: [/DEPTH_ZERO_SELF_SIGNED_CERT/], call: () => sent({ env: {} }) },
    { name: 'a service that asks to wait for an hour', code: 'SERVICE_THROTTLED', exit: 6, says: [/asks to wait 3600 s/], call: () => behind({ faultOf: () => ({ status: 429, headers: { 'retry-after': '3600' } }) }) },
    { name: 'a service that fails for ever', code: 'SERVICE_UNAVAILABLE', exit: 6, says: [/answers 500/], call: () => behind({ faultOf: () => ({ status: 500 }) }, ', patienceSeconds: 1') },
    { name: 'an endpoint without encryption', code: 'SETTINGS_INVALID', exit: 2, says: [/shares\.yaml:\d+:\d+/, /setting "endpoint": expected an https URL/], call: () => sent({ endpoint: 'http://127.0.0.1:1' }) },
  ];
  tested(cases, ['an identity without the role', 'a rule that does not exist', 'a clock that is ahead']);

  test('afterwards every result is in the table, once', async () => {
    expect(rows).toBeGreaterThan(5);
    expect(await sent()).toMatchObject({ status: 0, document: { delivered: rows, refused: 0 } });
    expect(double.distinct()).toHaveLength(rows);
    expect(double.rows()).toHaveLength(rows);
  });
});
