import { batch, type Batch, type Columns, type Receipt, type Run } from '@byoml/core';
import { resultColumns, type ResultRow } from '@byoml/core/results';
import { aRun, fakeServices, recordingLogger } from '@byoml/core/testkit';
import { startLogsIngestion, tokenFor, type IngestionOptions, type LogsIngestionDouble, type TokenClaims } from '@byoml/fixtures/logs-ingestion';
import { ingestionClient } from './client.ts';
import { logsIngestionSink, type Doors } from './logs-ingestion.ts';
import { paceOf } from './pace.ts';
import { anomalyColumns, compatColumns } from './table-schema.ts';
import { systemTime, type Time } from './time.ts';

export const ruleId = 'dcr-0123456789abcdef';
export const stream = 'Custom-ByomlAnomalousAccess_CL';
export const compatStream = 'Custom-AnomalousResourceAccessResult_CL';

/** The double with the streams of both layouts. */
export const aDouble = (options: Partial<IngestionOptions> = {}): Promise<LogsIngestionDouble> =>
  startLogsIngestion({ rules: { [ruleId]: { [stream]: anomalyColumns, [compatStream]: compatColumns } }, ...options });

/** Time in which waiting takes none: each sleep moves the clock, and is written down. */
export function quickTime(from = Date.now()): Time & { readonly slept: number[] } {
  let now = from;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    random: () => 0.5,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      // The first to wake moves the clock; those that slept beside it wake at the same time.
      const until = now + ms;
      await new Promise((resolve) => setImmediate(resolve));
      now = Math.max(now, until);
      signal.throwIfAborted();
    },
  };
}

export interface Rig {
  readonly double: LogsIngestionDouble;
  readonly time?: Time;
  /** Claims of the first token, the second one, and so on; the last for all others. */
  readonly tokens?: readonly TokenClaims[];
  readonly timeoutMs?: number;
  readonly ca?: string | null;
}

/** The sink, with the double's certificate and tokens of its own instead of a sign-in. */
export function aSink({ double, time = systemTime, tokens = [{}], timeoutMs = 5000, ca = double.certificate.certificate }: Rig, settings: object = {}) {
  let asked = 0;
  const connect: Doors['connect'] = () => async (target) => {
    const claims = tokens[Math.min(asked++, tokens.length - 1)];
    return ingestionClient(target, { getToken: async () => tokenFor(claims) }, { timeoutMs, ...(ca !== null && { ca }) });
  };
  const pace = paceOf(time);
  const definition = logsIngestionSink({ connect, time, paceOf: () => pace });
  const log = recordingLogger();
  const sink = definition.create(definition.settings.parse({ endpoint: double.url, ruleId, stream, ...settings }), fakeServices(definition.needs, { log }));
  return { sink, log, tokensAsked: () => asked };
}

export const aResult = (n: number, over: Partial<ResultRow> = {}): ResultRow => ({
  recordId: `r${n}`, revision: 1, detection: 'share-access', run: 7, incident: 'i1', withdrawn: false, scope: 'CONTOSO', user: `DOM\\user${n}`, resource: '\\\\FS1\\hr', day: '2026-11-24', count: 3,
  sourceHosts: ['10.0.0.1'], firstSeen: '2026-11-24T08:00:00.000Z', lastSeen: '2026-11-24T09:00:00.000Z', status: 'new-resource', surprise: 9.5, pValue: 0.0001, score: 40,
  severity: 'high', title: 'Unusual access', message: 'DOM\\user opened \\\\FS1\\hr for the first time.', rule: 'anomalous-resource-access/unusual-access',
  techniques: ['T1078'], tactics: ['InitialAccess'], reasons: ['No peer opens it.'], entities: '{"account":"DOM\\\\user"}', ...over,
});
export const results = (count: number, over: (n: number) => Partial<ResultRow> = () => ({})): ResultRow[] => Array.from({ length: count }, (_, n) => aResult(n, over(n)));

const resultBatch = (rows: readonly ResultRow[]): Batch<typeof resultColumns> =>
  batch(Object.fromEntries(Object.keys(resultColumns).map((name) => [name, rows.map((row) => row[name as keyof ResultRow])])) as never) as Batch<typeof resultColumns>;

/** A table of the rows, some to a batch. */
export async function* tableOf(rows: readonly ResultRow[], perBatch = 1000): AsyncGenerator<Batch<any>> {
  for (let i = 0; i < rows.length; i += perBatch) yield resultBatch(rows.slice(i, i + perBatch)) as Batch<Columns>;
}

/** A receipt that keeps what it is told, and throws when a row is said twice. */
export function aReceipt() {
  const accepted = new Set<number>();
  const refused = new Map<number, string>();
  const once = (row: number): void => {
    if (accepted.has(row) || refused.has(row)) throw new Error(`row ${row} is said twice`);
  };
  const receipt: Receipt = {
    accepted: (rows) => rows.forEach((row) => { once(row); accepted.add(row); }),
    refused: (rows, { code, message }) => rows.forEach((row) => { once(row); refused.set(row, `${code}: ${message}`); }),
  };
  return { ...receipt, told: { accepted, refused } };
}

export const stoppable = (): { readonly run: Run; readonly stop: (reason: Error) => void } => {
  const controller = new AbortController();
  return { run: aRun({ signal: controller.signal }), stop: (reason) => controller.abort(reason) };
};
