import { z, type ByomlError } from '@byoml/core';
import { aRun } from '@byoml/core/testkit';
import { afterEach, expect, test } from 'vitest';
import { logsIngestionSink } from './logs-ingestion.ts';
import { aDouble, aReceipt, aResult, aSink, compatStream, quickTime, results, ruleId, stoppable, stream, tableOf, type Rig } from './rig.test.fixture.ts';
import { anomalyColumns } from './table-schema.ts';
import type { Time } from './time.ts';
import type { IngestionFault, IngestionOptions, LogsIngestionDouble } from '@byoml/fixtures/logs-ingestion';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});
async function doubled(options: Partial<IngestionOptions> = {}): Promise<LogsIngestionDouble> {
  const double = await aDouble(options);
  open.push(double);
  return double;
}
/** Each request in turn has the fault of its place; the last fault is for all that follow. */
const inTurn = (...faults: readonly IngestionFault[]): Pick<IngestionOptions, 'faultOf'> => ({ faultOf: ({ number }) => faults[Math.min(number, faults.length) - 1] ?? 'none' });
const ids = (double: LogsIngestionDouble): unknown[] => double.rows().map((row) => row['RecordId']);
const failure = (promise: Promise<unknown>): Promise<ByomlError> => promise.then(() => expect.fail('expected an error'), (thrown: ByomlError) => thrown);
const all = (count: number): Set<number> => new Set(Array.from({ length: count }, (_, n) => n));

test('a result has every column of the table, in the vocabulary of Anomalies, and none is dropped on the way', async () => {
  const double = await doubled();
  expect(await aSink({ double }, { ruleStatus: 'Flighting' }).sink.write(tableOf([aResult(1)]), aRun())).toEqual({ rows: 1 });
  expect(Object.keys(double.rows()[0] ?? {}).sort()).toEqual(Object.keys(anomalyColumns).sort());
  expect(double.rows()[0]).toMatchObject({ RecordId: 'r1', Revision: 1, UserName: 'DOM\\user1', Score: 40, RuleStatus: 'Flighting', Techniques: ['T1078'], SourceHosts: ['10.0.0.1'], Withdrawn: false });
});

test('the compatible layout has the four columns of the original', async () => {
  const double = await doubled();
  await aSink({ double }, { layout: 'compat', stream: compatStream }).sink.write(tableOf([aResult(1)]), aRun());
  expect(double.rows()).toEqual([{ TimeStamp: '2026-11-24T09:00:00.000Z', User: 'DOM\\user1', Resource: '\\\\FS1\\hr', AnomalyScore: 9.5 }]);
});

test('requests are compressed, no larger than 1 MB of JSON, and full but for the last', async () => {
  const double = await doubled();
  const { told, ...receipt } = aReceipt();
  await aSink({ double }).sink.write(tableOf(results(6000, (n) => ({ message: '漢"\\\n'.repeat(n % 60) }))), aRun(), receipt);
  const sizes = double.requests.map(({ bytes }) => bytes).sort((a, b) => b - a);
  expect(sizes.length).toBeGreaterThan(5);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_048_576);
  expect(Math.min(...sizes.slice(0, -1)) / 1_048_576).toBeGreaterThan(0.99);
  expect(double.requests.every(({ sentBytes, bytes }) => sentBytes < bytes / 2)).toBe(true);
  expect(told.accepted).toEqual(all(6000));
  expect(new Set(ids(double)).size).toBe(6000);
});

test('a field that is too long is cut with a mark, before the service would cut it without one; a row that no request holds is refused', async () => {
  const double = await doubled();
  const { told, ...receipt } = aReceipt();
  const rows = [aResult(0, { message: '漢'.repeat(40_000) }), aResult(1, { sourceHosts: Array.from({ length: 9000 }, (_, n) => `host-${n}.example`) }), aResult(2)];
  const long = 'x'.repeat(60_000);
  await aSink({ double }).sink.write(tableOf(rows), aRun(), receipt);
  expect(double.fieldsCut()).toBe(0);
  expect(double.rows()[0]?.['Description']).toMatch(/^漢+…\[truncated by byoml: \d+ bytes\]$/);
  const hosts = double.rows()[1]?.['SourceHosts'] as string[];
  expect(hosts.at(-2)).toMatch(/^host-\d+\.example$/);
  expect(hosts.at(-1)).toMatch(/^…\[truncated by byoml: \d+ bytes\]$/);
  expect(told.accepted).toEqual(all(3));
  const wide = Object.fromEntries(['user', 'resource', 'scope', 'incident', 'detection', 'rule', 'title', 'message', 'recordId'].map((name) => [name, '\u0001'.repeat(30_000) + long.slice(0, 1000)]));
  const second = aReceipt();
  expect(await aSink({ double }).sink.write(tableOf([aResult(3), aResult(4, wide), aResult(5)]), aRun(), second)).toEqual({ rows: 2 });
  expect([...second.told.refused]).toEqual([[1, expect.stringMatching(/^RowTooLarge: the row has \d+ bytes/)]]);
});

const passing: ReadonlyArray<readonly [string, IngestionFault]> = [
  ['429', { status: 429, headers: { 'retry-after': '1' } }], ['429 without a time', { status: 429 }], ['503 with a date', { status: 503, headers: { 'retry-after': new Date(Date.now() + 2000).toUTCString() } }],
  ['503 in milliseconds', { status: 503, headers: { 'retry-after-ms': '20' } }], ['500', { status: 500 }], ['502', { status: 502 }], ['503', { status: 503 }], ['504', { status: 504 }], ['408', { status: 408 }],
  ['400 that throttles', { status: 400, headers: { 'retry-after': '1' } }], ['401, then another token', { status: 401 }],
  ['a reset', 'reset'], ['half an answer', 'half answer'], ['an answer that is lost', 'answer lost'], ['a slow answer', { slowMs: 30 }], ['a hang', 'hang'], ['413 for many rows', { status: 413 }], ['400 for many rows', { status: 400 }],
];
test.each(passing)('%s: everything is delivered in the end, and each row is said once', async (name, fault) => {
  const double = await doubled(inTurn(fault, 'none'));
  const { told, ...receipt } = aReceipt();
  const { sink } = aSink({ double, time: quickTime(), timeoutMs: 400 });
  expect(await sink.write(tableOf(results(50)), aRun(), receipt)).toEqual({ rows: 50 });
  expect(told).toEqual({ accepted: all(50), refused: new Map() });
  expect(double.distinct()).toHaveLength(50);
  expect(ids(double)).toHaveLength(/lost|half/.test(name) ? 100 : 50);
});

const waits: ReadonlyArray<readonly [string, Record<string, string>, number]> = [['seconds', { 'retry-after': '7' }, 7000], ['milliseconds', { 'retry-after-ms': '250' }, 250], ['a date', {}, 9000]];
test.each(waits)('Retry-After in %s is obeyed', async (name, headers, ms) => {
  const at = Math.floor(Date.now() / 1000) * 1000;
  const given = name === 'a date' ? { 'retry-after': new Date(at + ms).toUTCString() } : headers;
  const double = await doubled({ now: () => at, ...inTurn({ status: 429, headers: given }, 'none') });
  const time = quickTime(at);
  await aSink({ double, time }).sink.write(tableOf([aResult(1)]), aRun());
  expect(time.slept).toEqual([ms]);
});

test('while one chunk is told to wait, no chunk sends anything', async () => {
  const [start, waiting] = [Date.now(), Promise.withResolvers<void>()];
  let [now, sleepers] = [start, 0];
  const time: Time = {
    now: () => now,
    random: () => 0.5,
    sleep: async (_ms, signal) => {
      if (++sleepers === 5) waiting.resolve();
      await Promise.race([over.promise, tooMany.promise]);
      signal.throwIfAborted();
    },
  };
  const { run, stop } = stoppable();
  const [over, tooMany] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const double = await doubled({
    faultOf: ({ number }) => {
      if (number > 5 && now === start) {
        stop(new Error('sent while told to wait'));
        tooMany.resolve();
      }
      return number === 2 ? { status: 429, headers: { 'retry-after': '60' } } : { slowMs: number <= 5 ? 40 : 0 };
    },
  });
  const writing = aSink({ double, time }).sink.write(tableOf(results(10_000, () => ({ message: 'm'.repeat(800) }))), run);
  await Promise.race([waiting.promise, writing]);
  expect(double.requests).toHaveLength(5);
  now = start + 60_000;
  over.resolve();
  expect(await writing).toEqual({ rows: 10_000 });
  expect(double.requests.length).toBeGreaterThan(10);
});

const final: ReadonlyArray<readonly [string, Partial<IngestionOptions>, Partial<Rig>, object, readonly [string, RegExp]]> = [
  ['a role that is missing', {}, { tokens: [{ role: 'Reader' }] }, {}, ['ROLE_MISSING', /dcr-0123456789abcdef: it needs the role "Monitoring Metrics Publisher"/]],
  ['an unknown rule', {}, {}, { ruleId: 'dcr-none' }, ['RESOURCE_UNKNOWN', /dcr-none/]],
  ['an unknown stream', {}, {}, { stream: 'Custom-None_CL' }, ['RESOURCE_UNKNOWN', /dcr-0123456789abcdef has no stream Custom-None_CL/]],
  ['an unknown stream, said with 400', inTurn({ status: 400, code: 'InvalidStream', message: 'not configured' }), {}, {}, ['RESOURCE_UNKNOWN', /Custom-Byoml/]],
  ['an expired token, twice', {}, { tokens: [{ expiresIn: -60 }] }, {}, ['CREDENTIAL_INVALID', /expired/]],
  ['another audience', {}, { tokens: [{ audience: 'https://management.azure.com' }] }, {}, ['CREDENTIAL_INVALID', /another audience/]],
  ['a token that is not valid yet, by the service\'s clock', { now: () => Date.now() - 15 * 60_000 }, {}, {}, ['CREDENTIAL_INVALID', /clock of this machine is 15 min ahead of the service's/]],
  ['a certificate that nobody vouches for', {}, { ca: null }, {}, ['CERTIFICATE_INVALID', /DEPTH_ZERO_SELF_SIGNED_CERT/]],
  ['throttling for longer than its patience', inTurn({ status: 429, headers: { 'retry-after': '3600' } }), {}, {}, ['SERVICE_THROTTLED', /asks to wait 3600 s/]],
  ['500 for ever', inTurn({ status: 500 }), {}, {}, ['SERVICE_UNAVAILABLE', /answers 500.*tried for/]],
  ['resets for ever', inTurn('reset'), {}, {}, ['SERVICE_UNAVAILABLE', /broke off/]],
  ['hangs for ever', inTurn('hang'), { timeoutMs: 30 }, { patienceSeconds: 3 }, ['SERVICE_UNAVAILABLE', /did not answer within/]],
  ['no address', {}, {}, { endpoint: 'https://127.0.0.1:1' }, ['SERVICE_UNAVAILABLE', /ECONNREFUSED/]],
  ['a redirect', inTurn({ status: 307, headers: { location: 'https://elsewhere.example/' } }), {}, {}, ['SERVICE_REFUSED', /status 307/]],
  ['a stream of other columns', { rules: { [ruleId]: { [stream]: { ...anomalyColumns, Score: 'string' } } } }, {}, {}, ['SERVICE_REFUSED', /accepts none of the rows.*'Score'/]],
];
test.each(final)('%s', async (_name, options, rig, settings, [code, says]) => {
  const double = await doubled(options);
  const { told, ...receipt } = aReceipt();
  const thrown = await failure(aSink({ double, time: quickTime(), ...rig }, settings).sink.write(tableOf(results(300)), aRun(), receipt));
  expect([thrown.code, thrown.message]).toEqual([code, expect.stringMatching(says)]);
  expect(`${thrown.message} ${JSON.stringify(thrown.details)}`).not.toMatch(/eyJ/);
  expect(told).toEqual({ accepted: new Set(), refused: new Map() });
  expect(double.rows()).toEqual([]);
});

test('a token that has expired is replaced once, and nobody notices', async () => {
  const double = await doubled();
  const { sink, tokensAsked } = aSink({ double, time: quickTime(), tokens: [{ expiresIn: -60 }, {}] });
  await sink.write(tableOf(results(5000)), aRun());
  expect(double.distinct()).toHaveLength(5000);
  expect(tokensAsked()).toBe(2);
});

test('guilty rows are found in few requests and refused with the service\'s words; the others are delivered', async () => {
  const double = await doubled();
  const { told, ...receipt } = aReceipt();
  const guilty = [17, 400, 401];
  const { sink, log } = aSink({ double });
  expect(await sink.write(tableOf(results(600, (n) => (guilty.includes(n) ? { revision: 1.5 } : {}))), aRun(), receipt)).toEqual({ rows: 597 });
  expect([...told.refused.keys()].sort((a, b) => a - b)).toEqual(guilty);
  expect(told.refused.get(17)).toBe("InvalidRequestBody: The value of column 'Revision' is not of type int.");
  expect(told.accepted.size).toBe(597);
  expect(ids(double)).toHaveLength(597);
  expect(double.requests.length).toBeLessThan(2 * guilty.length * Math.log2(600));
  expect(log.entries).toEqual([{ level: 'warn', message: expect.stringContaining('3 of 600 rows were refused') as string, fields: undefined }]);
});

test('the half that is known to be guilty is not asked as a whole: ten more requests find the last of 600', async () => {
  const double = await doubled();
  const { told, ...receipt } = aReceipt();
  await aSink({ double }).sink.write(tableOf(results(600, (n) => (n === 599 ? { revision: 1.5 } : {}))), aRun(), receipt);
  expect([...told.refused.keys()]).toEqual([599]);
  expect(double.requests.length).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(600)) + 1);
});

test('rows that are too large for a smaller limit than expected: halves, then what is left alone is refused', async () => {
  const double = await doubled({ limits: { bodyBytes: 20_000 } });
  const { told, ...receipt } = aReceipt();
  await aSink({ double }).sink.write(tableOf(results(100, (n) => (n === 50 ? { message: 'm'.repeat(30_000) } : {}))), aRun(), receipt);
  expect([...told.refused]).toEqual([[50, expect.stringMatching(/^ContentLengthLimitExceeded: /)]]);
  expect(told.accepted.size).toBe(99);
});

test('without a receipt refused rows make it throw at the end, after the others were delivered', async () => {
  const double = await doubled();
  const thrown = await failure(aSink({ double }).sink.write(tableOf(results(100, (n) => (n === 3 ? { revision: 0.5 } : {}))), aRun()));
  expect([thrown.code, thrown.message]).toEqual(['SERVICE_REFUSED', expect.stringMatching(/1 of 100 rows were refused.*'Revision'/)]);
  expect(double.rows()).toHaveLength(99);
});

test('what was accepted before the service failed for good is named in the receipt', async () => {
  const double = await doubled({ faultOf: ({ number }) => (number <= 2 ? 'none' : { status: 503 }) });
  const { told, ...receipt } = aReceipt();
  const thrown = await failure(aSink({ double, time: quickTime() }, { patienceSeconds: 20 }).sink.write(tableOf(results(6000, () => ({ message: 'm'.repeat(500) }))), aRun(), receipt));
  expect(thrown.code).toBe('SERVICE_UNAVAILABLE');
  expect(told.accepted.size).toBeGreaterThan(500);
  expect(new Set([...told.accepted].map((row) => `r${row}`))).toEqual(new Set(ids(double)));
});

test('a stop ends a request under way, a wait and a read at once, with its reason', async () => {
  const reason = new Error('told to stop');
  for (const fault of ['hang', { status: 429, headers: { 'retry-after': '200' } }, 'none'] satisfies IngestionFault[]) {
    const heard = Promise.withResolvers<void>();
    const double = await doubled({ faultOf: () => (heard.resolve(), fault) });
    const { run, stop } = stoppable();
    const table = async function* (): AsyncGenerator<any> {
      yield* tableOf(results(3000));
      await new Promise(() => {});
    };
    const began = performance.now();
    const writing = failure(aSink({ double, timeoutMs: 60_000 }).sink.write({ [Symbol.asyncIterator]: table }, run));
    await heard.promise;
    stop(reason);
    expect(await writing).toBe(reason);
    expect(performance.now() - began).toBeLessThan(5000);
  }
});

test('only so many batches are read ahead as are being sent', async () => {
  const double = await doubled({ faultOf: () => 'hang' });
  const { run, stop } = stoppable();
  let [read, stuck] = [0, Promise.withResolvers<void>()];
  const table = async function* (): AsyncGenerator<any> {
    for (;; read++) yield* tableOf(results(1000, () => ({ message: 'm'.repeat(400) })));
  };
  const writing = failure(aSink({ double, timeoutMs: 60_000 }).sink.write({ [Symbol.asyncIterator]: table }, run));
  const poll = setInterval(() => double.requests.length >= 5 && stuck.resolve(), 5);
  await stuck.promise;
  clearInterval(poll);
  const atFive = read;
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBe(atFive);
  expect(read).toBeLessThan(10);
  stop(new Error('enough'));
  await writing;
});

test('the settings refuse plain http, and what is no rule and no stream', () => {
  const settings = logsIngestionSink().settings;
  const given = { endpoint: 'https://x.ingest.monitor.azure.com', ruleId, stream };
  expect(settings.parse(given)).toMatchObject({ layout: 'anomalies', ruleStatus: 'Production', audience: 'https://monitor.azure.com', credential: 'default', patienceSeconds: 300 });
  for (const wrong of [{ endpoint: 'http://x.example' }, { ruleId: 'my-rule' }, { stream: 'Microsoft-Event' }, { credential: { tenant: 't', client: 'c' } }]) expect(settings.safeParse({ ...given, ...wrong }).success).toBe(false);
  expect(z.toJSONSchema(settings, { io: 'input' }).required).toEqual(['endpoint', 'ruleId', 'stream']);
});
