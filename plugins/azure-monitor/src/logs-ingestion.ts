import { ByomlError, Clock, defineSink, Logger, rows, z, type Batch, type Batches } from '@byoml/core';
import { compatRow, resultColumns, sentinelRow, type ResultRow } from '@byoml/core/results';
import { fitsAlone, sentRow, type SentRow } from './chunks.ts';
import { connectionOf, type Connect } from './connection.ts';
import { credentialOf, credentialSetting, type CredentialSetting } from './credential.ts';
import { deliver } from './delivery.ts';
import { ledgerOf, type Ledger } from './ledger.ts';
import { sharedPace, type Pace } from './pace.ts';
import type { Target } from './target.ts';
import { systemTime, type Time } from './time.ts';

/** What tests put in place of the network and the clock; no setting of a user reaches it. */
export interface Doors {
  readonly connect: (credential: CredentialSetting) => Connect;
  readonly time: Time;
  readonly paceOf: (target: Target) => Pace;
}

/** How long one request may take: a megabyte on a slow line, and a service that thinks. */
const requestMs = 60_000;

const outside: Doors = {
  connect: (credential) => async (target) => {
    const [{ ingestionClient }, signIn] = await Promise.all([import('./client.ts'), credentialOf(credential, target.audience)]);
    return ingestionClient(target, signIn, { timeoutMs: requestMs });
  },
  time: systemTime,
  paceOf: ({ endpoint, ruleId }) => sharedPace(`${endpoint}/${ruleId}`, systemTime),
};

const httpsUrl = (what: string) => z.url({ protocol: /^https$/, error: 'expected an https URL' }).describe(what);

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

const settings = z.strictObject({
  endpoint: httpsUrl('Logs ingestion endpoint of the data collection rule, or of its data collection endpoint: https://…ingest.monitor.azure.com'),
  ruleId: z.string().regex(/^dcr-[\w-]+$/, 'expected the immutable id of a data collection rule: dcr-…').describe('Immutable id of the data collection rule: dcr-…'),
  stream: z.string().regex(/^Custom-[\w-]+$/, 'expected the name of a stream: Custom-…').describe('Stream of the rule: Custom-…'),
  layout: z.enum(['anomalies', 'compat']).default('anomalies').describe('Columns: those of Sentinel\'s table Anomalies, or the four of the original\'s AnomalousResourceAccessResult_CL'),
  ruleStatus: z.enum(['Production', 'Flighting']).default('Production').describe('What the column RuleStatus says; Flighting for a detection that is being tried'),
  audience: httpsUrl('Who tokens are made for; https://monitor.azure.us and https://monitor.azure.cn in those clouds').default('https://monitor.azure.com'),
  credential: credentialSetting.default('default'),
  patienceSeconds: z.number().positive().max(86_400).default(300).describe('How long a piece of the rows is tried while the service throttles or fails, before the rest is left for later'),
});

/**
 * Results in a Log Analytics workspace, through a data collection rule. The service forgets what it was sent: rows whose answer was lost are sent again and are
 * there twice, with the same RecordId and Revision, so queries take `arg_max(Revision, *) by RecordId`. (`layout: compat` has no columns to tell them by.) The
 * receipt hears of each row as soon as the service has said what becomes of it; without one, refused rows make it throw SERVICE_REFUSED at the end.
 */
export const logsIngestionSink = ({ connect, time, paceOf }: Doors = outside) =>
  defineSink({
    id: 'logs-ingestion',
    summary: 'A table of a Log Analytics workspace (Sentinel), through the Logs Ingestion API',
    settings,
    columns: resultColumns,
    needs: { log: Logger, clock: Clock },
    create: ({ endpoint, ruleId, stream, audience, credential, layout, ruleStatus, patienceSeconds }, { log, clock }) => {
      const target: Target = { endpoint: withoutSlash(endpoint), ruleId, stream, audience: withoutSlash(audience) };
      return {
        async write(data, run, receipt) {
          // Rules look back from now over TimeGenerated: a result that waited must not come too late for them.
          const at = clock.now();
          const tableRow: TableRow = (row) => (layout === 'compat' ? compatRow(row) : sentinelRow(row, { ruleStatus, at }));
          const ledger = ledgerOf(receipt, (done) => run.progress({ done, unit: 'rows' }));
          const connection = connectionOf(() => connect(credential)(target));
          await deliver(sendable(data, tableRow, ledger), { target, connection, ledger, time, pace: paceOf(target), patienceMs: patienceSeconds * 1000 }, run.signal);
          const { counts: { accepted, refused }, first } = ledger;
          if (refused > 0) log.warn(`azure-monitor/logs-ingestion: ${refused} of ${accepted + refused} rows were refused, the first because: ${first?.message} (${first?.code})`);
          if (refused > 0 && !receipt) throw new ByomlError('SERVICE_REFUSED', `${stream}: ${refused} of ${accepted + refused} rows were refused, the first because: ${first?.message} (${first?.code})`, { details: { refused, accepted, reason: first?.code } });
          return { rows: accepted };
        },
      };
    },
  });

type TableRow = (row: ResultRow) => Readonly<Record<string, unknown>>;

/** Rows as they are sent, batch by batch, each made when it is asked for. */
async function* sendable(data: Batches<typeof resultColumns>, tableRow: TableRow, ledger: Ledger): AsyncGenerator<Iterable<SentRow>> {
  let from = 0;
  for await (const part of data) {
    yield sentRows(part, from, { tableRow, ledger });
    from += part.length;
  }
}

/** One that no request can hold is refused here. */
function* sentRows(part: Batch<typeof resultColumns>, from: number, { tableRow, ledger }: { readonly tableRow: TableRow; readonly ledger: Ledger }): Iterable<SentRow> {
  let at = from;
  for (const row of rows(part)) {
    const sent = sentRow(at++, tableRow(row as ResultRow));
    if (fitsAlone(sent)) yield sent;
    else ledger.refused([sent.at], { code: 'RowTooLarge', message: `the row has ${sent.bytes} bytes; a request holds 1 MB` });
  }
}
