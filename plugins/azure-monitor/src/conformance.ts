import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { sentinelRow, type resultColumns, type ResultRow } from '@byoml/core/results';
import type { Conformance, ConformanceHost, DataSourceFixture, Destination, SinkFixture } from '@byoml/core/testkit';
import { startLogsIngestion, type StoredRow } from '@byoml/fixtures/logs-ingestion';
import { startLogsQuery } from '@byoml/fixtures/logs-query';
import { loopbackCertificate } from '@byoml/fixtures/loopback-certificate';
import { anomalyColumns } from './table-schema.ts';

// One for both services: of two that bear the same name a client tries only one.
const certificate = loopbackCertificate();
const [ruleId, stream] = ['dcr-conformance', 'Custom-ByomlAnomalousAccess_CL'];

const row = (user: string, over: Partial<ResultRow> = {}): ResultRow => ({
  recordId: `record of ${user}`, revision: 1, detection: 'share-access', run: 1, incident: 'i1', withdrawn: false, scope: 'CONTOSO', user, resource: '\\\\FS1\\hr', day: '2026-11-24', count: 3,
  sourceHosts: ['10.0.0.1', '10.0.0.2'], firstSeen: '2026-11-24T08:00:00.000Z', lastSeen: '2026-11-24T09:00:00.000Z', status: 'scored', surprise: 9.5, pValue: 0.0001, score: 40,
  severity: 'high', title: 'Unusual access', message: `${user} opened \\\\FS1\\hr for the first time.`, rule: 'anomalous-resource-access/unusual-access',
  techniques: ['T1078'], tactics: ['InitialAccess'], reasons: ['No peer opens it.'], entities: JSON.stringify({ account: user }), ...over,
});
const rows = [row('DOM\\ann'), row('bob, "the builder"', { revision: 2, withdrawn: true, sourceHosts: [], severity: 'low' }), row('Zoë 漢字', { surprise: 0, pValue: 1, score: 0 })];

/** What the table holds of a row: its columns in order, without the time of arrival. */
const stored = (cells: StoredRow): string => JSON.stringify(Object.keys(anomalyColumns).filter((name) => name !== 'TimeGenerated').map((name) => cells[name] ?? null));
const written = new Map(rows.map((one) => [stored(sentinelRow(one, { ruleStatus: 'Production' })), one]));

/** The service, and a managed identity that it takes tokens of. The destination is what queries see: the highest revision of each record. */
async function open(): Promise<Destination> {
  const double = await startLogsIngestion({ certificate, rules: { [ruleId]: { [stream]: anomalyColumns } } });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, double.certificate.certificate]);
  Object.assign(process.env, double.identity);
  return {
    settings: { endpoint: double.url, ruleId, stream, credential: 'managed' },
    read: async () => double.distinct().map((cells) => written.get(stored(cells)) ?? cells),
    async [Symbol.asyncDispose]() {
      for (const name of Object.keys(double.identity)) delete process.env[name];
      setDefaultCACertificates(trusted);
      await double[Symbol.asyncDispose]();
    },
  };
}

const sink: SinkFixture<typeof resultColumns> = { rows, open, unreachable: { endpoint: 'https://127.0.0.1:1', ruleId, stream, credential: 'managed', patienceSeconds: 5 } };

/** A workspace whose query API and managed identity end with this process. */
async function source({ engine, folder }: ConformanceHost): Promise<DataSourceFixture> {
  const workspace = '6f1c0f0e-0000-4000-8000-000000000001';
  const rows = ['2026-11-24T06:05:00.1234567Z', '2026-11-24T07:00:00Z', '2026-11-24T07:59:59.9999999Z'].map((time, at) => [time, `DOM\\user${at}`, JSON.stringify({ at })]);
  const double = await startLogsQuery({ workspace, certificate, tables: { SecurityEvent: { columns: [['TimeGenerated', 'datetime'], ['Account', 'string'], ['Extra', 'dynamic']], rows } } });
  setDefaultCACertificates([...getCACertificates('default'), double.certificate.certificate]);
  Object.assign(process.env, double.identity);
  const settings = { workspace, table: 'SecurityEvent', endpoint: double.url, credential: 'managed' };
  const window = { from: new Date('2026-11-24'), to: new Date('2026-11-25') };
  const services = { cache: { path: folder }, clock: { now: () => new Date('2026-11-26') } };
  return { settings, missing: { ...settings, workspace: '6f1c0f0e-0000-4000-8000-000000000002' }, rows: rows.length, window, services, engine };
}

// The source comes first: a process keeps to the managed identity that it asked first, and the sink's ends with each check.
export const conformance: Conformance = async (host) => ({ 'data-source/logs-query': await source(host), 'sink/logs-ingestion': sink });
