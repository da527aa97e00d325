// `node --conditions=@byoml/source plugins/azure-monitor/bench/logs-ingestion.ts`: figures of the sink against the double, as JSON.
import { batch, type Batch } from '@byoml/core';
import { resultColumns, type ResultRow } from '@byoml/core/results';
import { aRun, fakeServices } from '@byoml/core/testkit';
import { serviceLimits, startLogsIngestion, tokenFor, type IngestionLimits, type LogsIngestionDouble } from '@byoml/fixtures/logs-ingestion';
import { ingestionClient, type IngestionClient } from '../src/client.ts';
import { logsIngestionSink } from '../src/logs-ingestion.ts';
import { paceOf, type Pace } from '../src/pace.ts';
import { anomalyColumns } from '../src/table-schema.ts';
import { systemTime, type Time } from '../src/time.ts';

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly keep: 'at most' | 'at least';
}

const [ruleId, stream] = ['dcr-bench', 'Custom-ByomlAnomalousAccess_CL'];

/** A result of about the size that a detection writes; texts differ in length from row to row. */
const result = (n: number): ResultRow => ({
  recordId: `${n}`.padStart(64, '0'), revision: 1, detection: 'share-access', run: 7, incident: `i${n % 50}`, withdrawn: false, scope: 'CONTOSO', user: `CONTOSO\\user${n}`, resource: `\\\\FS${n % 90}\\share${n % 700}`,
  day: '2026-11-24', count: n % 9, sourceHosts: Array.from({ length: n % 4 }, (_, host) => `10.0.${n % 250}.${host}`), firstSeen: '2026-11-24T08:00:00.000Z', lastSeen: '2026-11-24T09:00:00.000Z', status: 'scored', surprise: 9.5 + (n % 7),
  pValue: 0.0001, score: 40, severity: 'high', title: 'Unusual access to a share', message: `CONTOSO\\user${n} opened \\\\FS${n % 90}\\share${n % 700} for the first time; ${'none of its peers does. '.repeat(n % 5)}`,
  rule: 'anomalous-resource-access/unusual-access', techniques: ['T1078', 'T1021.002'], tactics: ['InitialAccess', 'LateralMovement'], reasons: Array.from({ length: n % 4 }, () => 'Nobody with the same manager opens it.'), entities: `{"account":"CONTOSO\\\\user${n}"}`,
});

function resultBatch(rows: readonly ResultRow[]): Batch<typeof resultColumns> {
  return batch(Object.fromEntries(Object.keys(resultColumns).map((name) => [name, rows.map((row) => row[name as keyof ResultRow])])) as never);
}

async function* table(from: number, to: number): AsyncGenerator<Batch<any>> {
  for (let at = from; at < to; at += 2000) yield resultBatch(Array.from({ length: Math.min(2000, to - at) }, (_, n) => result(at + n)));
}

/** Moves only by waiting, so a minute of the service's limits takes no minute. */
function waitedTime(): Time {
  let now = 1_800_000_000_000;
  return {
    now: () => now,
    random: () => 0.5,
    async sleep(ms) {
      const until = now + ms;
      await new Promise((resolve) => setTimeout(resolve, 20));
      now = Math.max(now, until);
    },
  };
}

interface Bench {
  readonly double: LogsIngestionDouble;
  readonly write: (from: number, to: number) => Promise<unknown>;
}

async function bench(time: Time, pace: Pace, limits: Partial<IngestionLimits> = {}): Promise<Bench> {
  const double = await startLogsIngestion({ rules: { [ruleId]: { [stream]: anomalyColumns } }, now: () => time.now(), limits });
  let client: IngestionClient | undefined;
  const connect = () => async (target: Parameters<typeof ingestionClient>[0]) => (client ??= ingestionClient(target, { getToken: async () => tokenFor({ now: Math.max(Date.now(), time.now()) - 3_000_000, notBefore: -1e9, expiresIn: 1e9 }) }, { timeoutMs: 60_000, ca: double.certificate.certificate }));
  const definition = logsIngestionSink({ connect, time, paceOf: () => pace });
  const sink = definition.create(definition.settings.parse({ endpoint: double.url, ruleId, stream }), fakeServices(definition.needs));
  return { double, write: (from, to) => sink.write(table(from, to), aRun()) };
}

async function throughput(rows: number): Promise<Figure[]> {
  const { double, write } = await bench(systemTime, paceOf(systemTime));
  await using _ = double;
  await write(0, 2000);
  const warm = double.requests.length;
  const from = performance.now();
  await write(0, rows);
  const seconds = (performance.now() - from) / 1000;
  const sizes = double.requests.slice(warm).map(({ bytes }) => bytes);
  const fill = sizes.reduce((sum, bytes) => sum + bytes, 0) / sizes.length / serviceLimits.bodyBytes;
  return [
    { name: `sink: fill of ${sizes.length} requests of ${rows} results, the last included`, value: 100 * fill, unit: '%', limit: 95, keep: 'at least' },
    { name: 'sink: results a second', value: rows / seconds, unit: 'rows/s', limit: 5000, keep: 'at least' },
  ];
}

/** How near the limit: requests of one row each, and full ones for a twentieth of the bytes that the service takes. */
async function rates(): Promise<Figure[]> {
  const time = waitedTime();
  const small = await bench(time, paceOf(time));
  await using _small = small.double;
  const wanted = serviceLimits.requestsPerMinute + 100;
  let next = 0;
  await Promise.all(Array.from({ length: 40 }, async () => {
    while (next < wanted) {
      const row = next++;
      await small.write(row, row + 1);
    }
  }));
  const requests = perMinute(small.double, () => 1);

  const limits = { bytesPerMinute: serviceLimits.bytesPerMinute / 20 };
  const other = waitedTime();
  const large = await bench(other, paceOf(other, { requests: serviceLimits.requestsPerMinute, bytes: limits.bytesPerMinute }), limits);
  await using _large = large.double;
  await large.write(0, 120_000);
  const bytes = perMinute(large.double, (one) => one.bytes);
  const throttled = [...small.double.requests, ...large.double.requests].filter(({ status }) => status === 429).length;
  return [
    { name: 'sink: requests a minute, of 12,000', value: requests, unit: 'requests/min', limit: 0.95 * serviceLimits.requestsPerMinute, keep: 'at least' },
    { name: 'sink: bytes a minute, of a limit of 100 MB', value: bytes / 1e6, unit: 'MB/min', limit: 90, keep: 'at least' },
    { name: 'sink: requests turned away meanwhile', value: throttled, unit: 'requests', limit: 0, keep: 'at most' },
  ];
}

/** What went before the first wait, over the time until requests went again. */
function perMinute({ requests }: LogsIngestionDouble, of: (request: LogsIngestionDouble['requests'][number]) => number): number {
  const start = requests[0]?.at ?? 0;
  const later = requests.find(({ at }) => at > start);
  if (!later) throw new Error('the limit was not reached');
  return (requests.filter(({ at }) => at === start).reduce((sum, one) => sum + of(one), 0) * 60_000) / (later.at - start);
}

export const measure = async (): Promise<Figure[]> => [...(await throughput(60_000)), ...(await rates())];

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await measure(), undefined, 2)}\n`);
