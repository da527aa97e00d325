import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite, type Azurite } from '@byoml/fixtures/azurite';
import { startLogsIngestion } from '@byoml/fixtures/logs-ingestion';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportFolder } from './generated-export.ts';
import { asked, likelihoods, machines, records, type Pair } from './original-data.ts';
import { moment, SmallWorkspace, writeDetection } from './small-workspace.ts';
import { Soc } from './soc.ts';
import { inCi } from './tier.ts';
import { uploaded } from './uploaded-export.ts';

interface Row extends Pair {
  readonly surprise: number;
  readonly status: string;
}

const kept = mkdtempSync(join(tmpdir(), 'byoml-drop-in-container-'));
const name = 'shares';
const compat = 'anomalous-resource-access/als-access:compat';
let azurite: Azurite | undefined;

afterAll(async () => {
  await azurite?.[Symbol.asyncDispose]();
  rmSync(kept, { recursive: true, force: true });
});

const sourceOf = (container: string): string =>
  `{ use: azure-storage/data-export, settings: { account: '${azurite?.accountUrl}', table: SecurityEvent, container: ${container}, credential: { connectionString: '\${secret:STORAGE}' } } }`;
const workspace = (env: Readonly<Record<string, string>> = {}): Soc => new Soc(kept, kept, { BYOML_SECRET_STORAGE: azurite?.connectionString ?? '', ...env });
const linesOf = <T>(path: string): T[] => readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as T);
const jsonLines = (of: readonly object[]): string => of.map((row) => `${JSON.stringify(row)}\n`).join('');

describe.skipIf(!inCi)('promise 19: the am-securityevent container of an export, as it is (CI tier)', () => {
  /** The scores that the likelihoods of the original give. */
  let expected: readonly Row[];

  /** Scores of the accesses to ask for, by the model in this folder. */
  const scored = async (soc: Soc, model: string): Promise<Row[]> => {
    writeFileSync(join(soc.folder, 'asked.jsonl'), jsonLines(asked));
    await soc.ok('score', '--model', model, '--data', 'asked.jsonl', '--out', 'scored.jsonl');
    return linesOf<Row>(join(soc.folder, 'scored.jsonl'));
  };

  beforeAll(async () => {
    azurite = await startAzurite();
    const soc = workspace();
    writeFileSync(join(soc.folder, 'likelihoods.jsonl'), jsonLines(likelihoods()));
    await soc.ok('train', '--algorithm', 'anomalous-resource-access/als-access', '--profile', 'compat', '--data', 'likelihoods.jsonl', '--model', 'model');
    expected = await scored(soc, 'model');
  }, 120_000);
  /** The accesses of a day within its ninth hour: the likelihoods count days, and the blobs stay few. */
  const within = (time: string): string => `${time.slice(0, 11)}09${time.slice(13)}`;

  test.each([
    { container: 'hourly', layout: 'PT1H', spelled: 'names as the service writes them', named: (path: string) => path },
    { container: 'hourly-upper', layout: 'PT1H', spelled: 'names in upper case', named: (path: string) => path.toUpperCase() },
    { container: 'often-lower', layout: 'PT05M', spelled: 'names in lower case', named: (path: string) => path.toLowerCase() },
  ] as const)('$layout, $spelled: a detection with the compat profile learns what the likelihoods of the original teach', async ({ container, layout, named }) => {
    const folder = exportFolder(join(kept, container), [...records, ...machines], { layout, timeOf: ({ at }) => within(at as string) });
    await uploaded(azurite?.connectionString ?? '', container, join(folder, readdirSync(folder)[0] as string), { named });
    const soc = workspace();
    const view = "{ use: anomalous-resource-access/windows-file-shares, settings: { events: '5140', resource: share } }";
    writeDetection({ folder: soc.folder, name }, { source: sourceOf(container), view, algorithm: compat, enrich: '', scanners: '', sinks: '[]', train: '{ window: 20d, every: 7d }' });
    await soc.ok('train', name, '--now', moment(20).toISOString());
    const found = await scored(soc, join('.byoml', 'models', name, '1'));
    expect(found.map(({ user, resource, status }) => [user, resource, status])).toEqual(expected.map(({ user, resource, status }) => [user, resource, status]));
    expect(Math.max(...found.map(({ surprise }, i) => Math.abs(surprise - (expected[i] as Row).surprise)))).toBeLessThan(1e-9);
  }, 120_000);

  test('a folder and a container give the same rows, and those in the layout of the original reach its table', async () => {
    const [ruleId, stream] = ['dcr-0123456789abcdef', 'Custom-AnomalousResourceAccessResult_CL'];
    await using double = await startLogsIngestion({ rules: { [ruleId]: { [stream]: { TimeStamp: 'datetime', User: 'string', Resource: 'string', AnomalyScore: 'real' } } } });
    writeFileSync(join(kept, 'ca.pem'), double.certificate.certificate);
    using company = await SmallWorkspace.make({ users: 40 });
    company.grow(moment(31));
    const container = 'am-securityevent';
    await uploaded(azurite?.connectionString ?? '', container, join(company.folder, 'export', container), { named: (path) => path.toLowerCase() });
    const file = '{ use: files/table, settings: { path: ./results.jsonl, mode: append } }';
    const table = `{ use: azure-monitor/logs-ingestion, settings: { endpoint: '${double.url}', ruleId: ${ruleId}, stream: ${stream}, layout: compat, credential: managed } }`;
    const rowsOf = async (source: string, sinks: readonly string[]): Promise<Array<Readonly<Record<string, unknown>>>> => {
      const soc = workspace({ NODE_EXTRA_CA_CERTS: join(kept, 'ca.pem'), ...double.identity });
      writeDetection({ folder: soc.folder, name }, { source, algorithm: compat, enrich: '', sinks: `[ ${sinks.join(', ')} ]` });
      await soc.ok('backfill', name, '--from', '2026-02-01', '--to', '2026-02-05');
      return linesOf(join(soc.folder, 'results.jsonl'));
    };
    const ofFolder = await rowsOf(`{ use: files/data-export, settings: { path: '${join(company.folder, 'export')}', table: SecurityEvent } }`, [file]);
    expect(ofFolder.length).toBeGreaterThan(5);
    const ofContainer = await rowsOf(sourceOf(container), [file, table]);
    expect(ofContainer).toEqual(ofFolder);
    expect(double.rows().length).toBe(ofContainer.length);
    expect(double.rows()).toEqual(expect.arrayContaining(ofContainer.map(({ lastSeen, user, resource, surprise }) => ({ TimeStamp: lastSeen, User: user, Resource: resource, AnomalyScore: surprise }))));
  }, 120_000);
});
