import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BlobServiceClient, StorageSharedKeyCredential, type ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import anomalousResourceAccess from '@byoml/anomalous-resource-access';
import { kind, type RuleTemplateDefinition } from '@byoml/core';
import { sentinelSchema } from '@byoml/core/results';
import { writeEnterprise } from '@byoml/core/samples';
import { containerSas, startAzurite, type Azurite } from '@byoml/fixtures/azurite';
import { kafkaBrokerOrReason } from '@byoml/fixtures/kafka-broker';
import { startLogsIngestion, type LogsIngestionDouble } from '@byoml/fixtures/logs-ingestion';
import { startLogsQuery } from '@byoml/fixtures/logs-query';
import { loopbackCertificate } from '@byoml/fixtures/loopback-certificate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byomlCommands, fencesOf } from './fences.ts';
import { inCi } from './tier.ts';

const root = join(import.meta.dirname, '..');
const byoml = join(root, 'cli', 'bin', 'byoml.js');
const document = readFileSync(join(root, 'docs', 'sentinel.md'), 'utf8');
const fences = fencesOf(document);
const ofPlugin = (name: string, file: string): Promise<any> => import(pathToFileURL(join(root, 'plugins', name, 'src', file)).href);
const schemas = await ofPlugin('azure-monitor', 'table-schema.ts');

describe('what docs/sentinel.md says for Azure is what the code sends', () => {
  const blocks = (language: string): string[] => fences.filter((fence) => fence.language === language).map(({ text }) => text);
  const bodies = blocks('json').map((text) => JSON.parse(text));
  const shells = blocks('sh').join('\n').replaceAll(/\s*\\\n\s*/gu, ' ').split('\n');
  const rule = anomalousResourceAccess.components.find((component) => component[kind] === 'rule-template') as RuleTemplateDefinition | undefined;

  test('the columns of both tables', () => {
    const made = shells.filter((line) => line.includes(' table create ')).map((line) => /--name (?<name>\S+) --columns (?<columns>.*)$/u.exec(line)?.groups);
    expect(made).toEqual([
      { name: 'ByomlAnomalousAccess_CL', columns: schemas.tableArguments(schemas.anomalyColumns) },
      { name: 'AnomalousResourceAccessResult_CL', columns: schemas.tableArguments(schemas.compatTableColumns) },
    ]);
  });

  test.each([
    ['ByomlAnomalousAccess_CL', 'anomalyColumns', 'source'],
    ['AnomalousResourceAccessResult_CL', 'compatColumns', schemas.compatTransform],
  ])('the data collection rule of %s', (table, columns, transformKql) => {
    const body = bodies.find(({ properties }) => properties.dataFlows[0].outputStream === `Custom-${table}`);
    expect(body.kind).toBe('Direct');
    expect(body.properties.streamDeclarations).toEqual({ [`Custom-${table}`]: schemas.streamDeclaration(schemas[columns]) });
    expect(body.properties.dataFlows).toEqual([{ streams: [`Custom-${table}`], destinations: [body.properties.destinations.logAnalytics[0].name], transformKql, outputStream: `Custom-${table}` }]);
  });

  test('the query, the entities and the details of the analytics rule', () => {
    expect(blocks('kusto')).toEqual([`${rule?.kql?.(rule.settings.parse({ detection: 'share-access' }))}\n`]);
    const entities = [...document.matchAll(/^\| (?<type>\w+) \| (?<identifier>\w+) \| `(?<column>\w+)` \|$/gmu)].map(({ groups }) => ({ ...groups }));
    expect(entities).toEqual(rule?.entityMappings?.flatMap(({ entityType: type, fieldMappings }) => fieldMappings.map(({ identifier, columnName: column }) => ({ type, identifier, column }))));
    const { alertDisplayNameFormat, alertDescriptionFormat, alertSeverityColumnName } = rule?.alertDetailsOverride ?? {};
    expect(document).toContain(`Custom details: ${Object.entries(rule?.customDetails ?? {}).map(([key, column]) => `${key} \`${column}\``).join(', ')}. Alert name \`${alertDisplayNameFormat}\`, description \`${alertDescriptionFormat}\`, severity from \`${alertSeverityColumnName}\`, tactics and techniques: ${rule?.attack.join(', ')}.`);
  });
});

/** GENERATED: what a company of this size would export. Only some hours are taken, so that there are fewer blobs. */
const company = { seed: 7, users: 40, days: 31, start: '2026-01-05', campaigns: { sweeps: 0, fanOuts: 0, insiders: 0 } };
const isWorkTime = (path: string): boolean => /\/h=(?:0[89]|1[0-6])\//u.test(path);
/** Of the runs, in their order: on the last days of the export. */
const moments = ['2026-02-03T01:00:00Z', '2026-02-05T01:00:00Z'];
const ruleId = 'dcr-00000000000000000000000000000000';
const stream = 'Custom-ByomlAnomalousAccess_CL';

/** GENERATED: a custom table, as a Logic App would write it. */
const badgeLog = Array.from({ length: 400 }, (_, i) => JSON.stringify({ Badge: `b${i % 23}`, Door: `door ${(i * 7) % 11}`, Time: new Date(Date.UTC(2026, 1, 1 + (i % 20), 9)).toISOString() })).join('\n');

const certificate = loopbackCertificate();
const folder = mkdtempSync(join(tmpdir(), 'byoml-sentinel-'));
let azurite: Azurite;
let double: LogsIngestionDouble;
const yours = new Map<string, string>();
const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };

async function upload(container: ContainerClient, contents: ReadonlyMap<string, string | Buffer>): Promise<void> {
  await container.create();
  const waiting = [...contents];
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [name, content] = next;
      const blob = container.getAppendBlobClient(name);
      await blob.create();
      await blob.appendBlock(content, Buffer.byteLength(content));
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
const run = (...args: readonly string[]): Promise<Run> =>
  new Promise((resolve) => {
    execFile(process.execPath, [byoml, ...args], { cwd: folder, env, encoding: 'utf8' }, (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }));
  });

beforeAll(async () => {
  const made = await writeEnterprise({ out: join(folder, 'company'), ...company }, { signal: new AbortController().signal, progress: () => {} });
  azurite = await startAzurite(certificate);
  double = await startLogsIngestion({ certificate, rules: { [ruleId]: { [stream]: schemas.anomalyColumns } } });
  const options: StoragePipelineOptions & { readonly tlsOptions: { readonly ca: string } } = { tlsOptions: { ca: certificate.certificate } };
  const account = new BlobServiceClient(azurite.accountUrl, new StorageSharedKeyCredential(azurite.account, azurite.accountKey), options);
  const exported = join(made.export, 'am-securityevent');
  await upload(account.getContainerClient('am-securityevent'), new Map(globSync('**/*.json', { cwd: exported }).map((path) => path.replaceAll('\\', '/')).filter(isWorkTime).map((path) => [path, readFileSync(join(exported, path))])));
  await upload(account.getContainerClient('badge-log'), new Map([['2026/02.jsonl', `${badgeLog}\n`]]));
  await upload(account.getContainerClient('people'), new Map([['people.csv', readFileSync(made.people)]]));
  rmSync(join(folder, 'company'), { recursive: true });
  writeFileSync(join(folder, 'ca.pem'), certificate.certificate);
  Object.assign(env, double.identity, { BYOML_SECRET_STORAGE_SAS: containerSas(azurite, 'am-securityevent', 'rl') });
  yours.set('https://byoml-abcd.REGION-1.ingest.monitor.azure.com', double.url).set('ACCOUNT', azurite.accountUrl);
}, 120_000);
afterAll(async () => {
  await Promise.all([azurite?.[Symbol.asyncDispose](), double?.[Symbol.asyncDispose]()]);
  rmSync(folder, { recursive: true, force: true });
});

const filledIn = (text: string): string => [...yours].reduce((now, [theirs, own]) => now.replaceAll(theirs, own), text);

/** Puts a block of the document into the detection, in place of its key. */
function edit(block: string): void {
  const file = join(folder, 'soc', 'detections', 'share-access.yaml');
  const key = /^(\w+):/u.exec(block)?.[1] as string;
  const text = readFileSync(file, 'utf8');
  const line = new RegExp(`^${key}:.*\n`, 'mu');
  writeFileSync(file, line.test(text) ? text.replace(line, () => filledIn(block)) : `${text}${filledIn(block)}`);
}

/** What a command says that a reader would look for; a command of the document that is not here fails the test. */
const notable: ReadonlyArray<readonly [start: string, says: RegExp]> = [
  ['doctor', /✓ @byoml\/azure-monitor/u],
  ['init ./soc', /31 days, .* events, 4\d accounts[^]*made soc\/detections\/share-access\.yaml/u],
  ['init ./by-sas', /made by-sas\/detections\/share-access\.yaml/u],
  ['init ./doors', /20 days, 400 events, 23 accounts[^]*made doors\/detections\/door-access\.yaml/u],
  ['check share-access --workspace ./soc', /share-access on azure-storage\/data-export: fit/u],
  ['check door-access', /door-access on azure-storage\/blobs: fit/u],
  ['preview share-access', /incidents in 7 days/u],
  ['run share-access', /results? delivered/u],
  ['incidents list', /source host|account · 1 in/u],
  ['incidents show', /CORP\\/u],
  ['explain', /EventID|5140/u],
  ['runs list', /train[^]*$/u],
  ['plugins info', /raiseAt/u],
  ['suppressions add', /is suppressed until/u],
  ['suppressions list', /new backup, CHG-1234/u],
  ['deadletter list', /no dead letters/u],
  ['deadletter retry', /no dead letters/u],
  ['quarantine list', /every file could be read/u],
  ['quarantine retry', /^/u],
  ['results', /wrote \d+ alerts? to \w+\.jsonl/u],
  ['coverage', /Lateral Movement/u],
  ['hunt share-access', /Detection == "share-access"/u],
  ['baseline share-access', /baseline\.csv: \d+ pairs of/u],
];
const takesNow = new Set(['preview', 'run', 'suppressions', 'baseline']);
const isOf = (workspace: string) => (words: string | readonly string[]): words is readonly string[] => typeof words !== 'string' && words.includes(workspace);
/** Followed by tests of their own, with services of their own. */
const [isOfHub, isOfQuery] = [isOf('./hub'), isOf('./query')];
/** Runs of the document so far; without CI the first of the two is left out. */
let runs = inCi ? 0 : 1;

async function follow(words: readonly string[]): Promise<void> {
  const asWritten = words.join(' ');
  if (words[0] === 'run') runs++;
  if (asWritten.includes('INCIDENT')) await chooseIncident();
  const at = moments[Math.max(runs - 1, 0)] as string;
  const { status, stdout, stderr } = await run(...words.map(filledIn), ...(takesNow.has(words[0] as string) ? ['--now', at] : []));
  expect({ asWritten, status, stdout, stderr }).toMatchObject({ asWritten, status: 0 });
  const says = notable.find(([start]) => asWritten.startsWith(start))?.[1];
  expect([asWritten, stdout]).toEqual([asWritten, expect.stringMatching(says as RegExp)]);
}

/** The ids that a reader would copy from the list. */
async function chooseIncident(): Promise<void> {
  const { incidents: [incident] } = JSON.parse((await run('incidents', 'list', '--json', '--workspace', './soc')).stdout);
  yours.set('INCIDENT', incident.id).set('ALERT', incident.evidence.find(({ kind: of }: { readonly kind: string }) => of === 'first').recordId);
}

const walk = fences.flatMap((fence) => (fence.language === 'yaml' ? [fence.text] : byomlCommands(fence)));
/** Enough to see a result arrive. */
const short = new Set([walk.find(([command, first]) => command === 'init' && first === './soc'), walk.findLast(([command]) => command === 'run')]);

test(`docs/sentinel.md, followed from the top, ${inCi ? 'every command that asks neither an event hub nor the query API (CI tier)' : 'the commands that bring results into the table; CI runs all'}`, async () => {
  for (const step of walk) {
    if (typeof step === 'string') edit(step);
    else if (!isOfHub(step) && !isOfQuery(step) && (inCi || short.has(step))) await follow(step);
  }
  expect(runs).toBe(2);
  const rows = double.distinct();
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.map((row) => sentinelSchema.safeParse(row).error)).toEqual(rows.map(() => undefined));
  expect(new Set(rows.map(({ Detection, RuleStatus, UserName }) => [Detection, RuleStatus, String(UserName).split('\\')[0]].join()))).toEqual(new Set(['share-access,Flighting,CORP']));
}, 120_000);

test.skipIf(!inCi)('docs/sentinel.md, by query (CI tier)', async () => {
  const workspace = '00000000-0000-4000-8000-000000000000';
  // GENERATED.
  const rows = Array.from({ length: 300 }, (_, i) => [new Date(Date.now() - 86_400_000 * (1 + (i % 20))).toISOString(), `u${i % 9}@contoso.example`, `app ${i % 13}`, '10.0.0.1', '0']);
  const columns = [['TimeGenerated', 'datetime'], ['UserPrincipalName', 'string'], ['AppDisplayName', 'string'], ['IPAddress', 'string'], ['ResultType', 'string']] as const;
  await using service = await startLogsQuery({ workspace, certificate, limits: { perHalfMinute: Infinity }, tables: { SigninLogs: { columns, rows } } });
  Object.assign(env, service.identity);
  yours.set('CUSTOMERID', workspace);
  const [init = [], check = []] = walk.filter(isOfQuery);
  const made = await run(...init.map(filledIn), '--set', `endpoint=${service.url}`);
  expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/20 days, 300 events, 9 accounts[^]*made query\/detections\/sign-ins\.yaml/u) });
  expect(await run(...check)).toMatchObject({ status: 0, stdout: expect.stringContaining('sign-ins on azure-monitor/logs-query: fit') });
}, 120_000);

const broker = inCi ? await kafkaBrokerOrReason() : { missing: 'CI runs it' };

test.skipIf('missing' in broker)(`docs/sentinel.md, from an event hub (CI tier)${'missing' in broker ? `: ${broker.missing}` : ''}`, async () => {
  if ('missing' in broker) return;
  await using service = broker;
  const { outside } = await ofPlugin('event-hubs', 'outside.test.fixture.ts');
  await using kafka = await outside(service);
  await kafka.topic('am-securityevent');
  // GENERATED.
  const records = Array.from({ length: 300 }, (_, i) => ({ EventID: 5140, TimeGenerated: new Date(Date.now() - (i % 30) * 86_400_000).toISOString(), SubjectUserName: `u${i % 9}`, SubjectDomainName: 'CORP', Computer: 'fs1', ShareName: `\\\\*\\s${i % 13}`, IpAddress: '10.0.0.1', Type: 'SecurityEvent', _ItemId: `i${i}` }));
  await kafka.send('am-securityevent', [JSON.stringify({ records })]);
  env['BYOML_SECRET_EVENT_HUBS'] = service.connectionString;
  writeFileSync(join(folder, 'kafka.pem'), service.ca);
  yours.set('NAMESPACE.servicebus.windows.net', service.saslTls);
  const [init = [], check = []] = walk.filter(isOfHub);
  // Its certificate is one that only this test knows.
  const made = await run(...init.map(filledIn), '--set', `ca=${join(folder, 'kafka.pem')}`);
  expect([made.stderr, made.stdout]).toEqual([expect.any(String), expect.stringMatching(/30 days, 300 events, 9 accounts[^]*made hub\/detections\/share-access\.yaml/u)]);
  expect(await run(...check)).toMatchObject({ status: 0, stdout: expect.stringContaining('share-access on event-hubs/topic: fit') });
}, 120_000);
