import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ByomlError, Run, Scan, Window } from '@byoml/core';
import { aRun, fakeServices, inFolder, recordingLogger } from '@byoml/core/testkit';
import { startLogsQuery, type LogsQueryDouble, type LogsQueryOptions, type LogsTable } from '@byoml/fixtures/logs-query';
import type { TokenClaims } from '@byoml/fixtures/logs-ingestion';
import { expect, test } from 'vitest';
import { logsQuerySource, type QueryDoors } from './logs-query.ts';
import { queryClient } from './query-client.ts';

type Files = Scan & { kind: 'files' };
const workspace = '6f1c0f0e-0000-4000-8000-000000000001';
const hours = (from: string, to: string): Window => ({ from: new Date(`2026-11-24T${from}:00Z`), to: new Date(`2026-11-24T${to}:00Z`) });
const morning = hours('06:00', '09:00');
const table = (...times: readonly string[]): LogsTable => ({ columns: [['TimeGenerated', 'datetime'], ['Account', 'string']], rows: times.map((time, at) => [`2026-11-24T${time}Z`, `user${at}`]) });
const everyMinute = (hour: string): string[] => Array.from({ length: 60 }, (_, minute) => `${hour}:${String(minute).padStart(2, '0')}:30.0000000`);

type Scanning = (window?: Window, run?: Run) => Promise<Files>;
interface Rig {
  readonly double: LogsQueryDouble;
  /** A source of its own each time. */
  readonly scan: Scanning;
  /** One source for all that is scanned with it. */
  readonly source: () => Scanning;
  readonly now: Date[];
  readonly folder: string;
  readonly scopes: string[];
}

let runs = 0;
const nextRun = (over: Partial<Run> = {}): Run => aRun({ id: `run ${++runs}`, ...over });

interface Terms extends Partial<QueryDoors> {
  readonly claims?: TokenClaims;
  readonly trust?: boolean;
}

/** The source against the double. Each scan is of a new run unless one is given. The clock says two days later unless `now` says otherwise. */
async function rigged(options: Partial<LogsQueryOptions>, use: (rig: Rig) => Promise<void>, settings: object = {}, { claims, trust = true, ...doors }: Terms = {}): Promise<void> {
  await inFolder(async (folder) => {
    await using double = await startLogsQuery({ workspace, tables: { SecurityEvent: table('06:05:00.1234567', '07:00:00', '08:59:59.9999999', '09:00:00') }, ...options });
    const [now, scopes]: [Date[], string[]] = [[new Date('2026-11-26')], []];
    const credential = { getToken: async (asked: string | string[]) => (scopes.push(...[asked].flat()), double.token(claims)) };
    const connect: QueryDoors['connect'] = () => async (endpoint, of) => queryClient({ endpoint, workspace: of, credential, ...(trust && { ca: double.certificate.certificate }) });
    const definition = logsQuerySource({ connect, patience: { tries: 4, firstPauseMs: 2, answerMs: 5000 }, rowLimit: options.limits?.rows ?? 500_000, ...doors });
    const source = (): Scanning => {
      const made = definition.create(definition.settings.parse({ workspace, table: 'SecurityEvent', endpoint: double.url, ...settings }), fakeServices(definition.needs, { cache: { path: folder }, clock: { now: () => now[0] as Date }, log: recordingLogger() }));
      return (window = morning, run = nextRun()) => made.scan(window, run) as Promise<Files>;
    };
    await use({ double, source, scan: (...asked) => source()(...asked), now, folder, scopes });
  });
}

const rowsOf = async ({ files }: Files): Promise<Array<Record<string, unknown>>> =>
  (await Promise.all(files.map(({ url }) => readFile(fileURLToPath(url), 'utf8')))).join('').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
const users = async (scan: Files): Promise<unknown[]> => (await rowsOf(scan)).map(({ Account }) => Account);
const failure = (promise: Promise<unknown>): Promise<ByomlError> => promise.then(() => expect.fail('expected an error'), (thrown: ByomlError) => thrown);
const starts = (query: string, hour: string): boolean => query.includes(`>= datetime(2026-11-24T${hour}:00.000Z)`);

test('one file for each slice with rows: times in full, spans, labels, no row twice at a boundary', () =>
  rigged({}, async ({ double, scan, scopes }) => {
    const found = await scan();
    expect(await rowsOf(found)).toEqual([
      { TimeGenerated: '2026-11-24T06:05:00.1234567Z', Account: 'user0' }, { TimeGenerated: '2026-11-24T07:00:00Z', Account: 'user1' }, { TimeGenerated: '2026-11-24T08:59:59.9999999Z', Account: 'user2' },
    ]);
    expect(found.files.map(({ span, label }) => [span?.from.toISOString(), span?.to.toISOString(), label])).toEqual([
      ['2026-11-24T06:00:00.000Z', '2026-11-24T07:00:00.000Z', `workspace ${workspace}, 2026-11-24T06:00Z/07:00Z`],
      ['2026-11-24T07:00:00.000Z', '2026-11-24T08:00:00.000Z', `workspace ${workspace}, 2026-11-24T07:00Z/08:00Z`],
      ['2026-11-24T08:00:00.000Z', '2026-11-24T09:00:00.000Z', `workspace ${workspace}, 2026-11-24T08:00Z/09:00Z`],
    ]);
    expect(double.queries).toHaveLength(3);
    expect(new Set(scopes)).toEqual(new Set([`${double.url}/.default`]));
  }));

test('columns are projected; another time column is not cut by the time of arrival', () => {
  const columns: LogsTable['columns'] = [['TimeGenerated', 'datetime'], ['EventTime', 'datetime'], ['Account', 'string'], ['Other', 'string']];
  const tables = { SecurityEvent: { columns, rows: [['2026-11-25T12:00:00Z', '2026-11-24T06:30:00Z', 'ann', 'x']] } };
  return rigged({ tables }, async ({ scan }) => {
    expect(await rowsOf(await scan())).toEqual([{ EventTime: '2026-11-24T06:30:00Z', Account: 'ann' }]);
  }, { timeColumn: 'EventTime', columns: ['Account'] });
});

test.each(['SecurityEvent', 'SecurityEvent;  \n', 'SecurityEvent // all of it'])('the query %j is the user\'s own; the bounds are put behind it', (query) =>
  rigged({}, async ({ scan, double }) => {
    expect(await users(await scan())).toEqual(['user0', 'user1', 'user2']);
    expect(double.queries.map(({ query: sent }) => sent.split('\n').at(-1))).toContain("| where ['TimeGenerated'] >= datetime(2026-11-24T06:00:00.000Z) and ['TimeGenerated'] < datetime(2026-11-24T07:00:00.000Z)");
  }, { query, table: undefined }));

test.each([
  [{ table: undefined }, 'query'], [{ query: 'T' }, 'query'], [{ query: 'T', table: undefined, columns: ['a'] }, 'columns'], [{ table: "a'] | take 1" }, 'table'], [{ columns: ['a b'] }, 'columns'], [{ slice: '30s' }, 'slice'],
  [{ slice: '1y' }, 'slice'], [{ parallel: 6 }, 'parallel'], [{ endpoint: 'http://x' }, 'endpoint'], [{ workspace: 'soc' }, 'workspace'],
])('settings %j are refused at "%s"', (over, at) => {
  const parsed = logsQuerySource().settings.safeParse({ workspace, table: 'SecurityEvent', ...over });
  expect(parsed.error?.issues.map(({ path }) => path[0])).toEqual([at]);
});

test.each([['rows', { rows: 20 }], ['bytes', { bytes: 800 }]])('a slice with too many %s is asked for in halves, and nothing is missing', (_what, limits) =>
  rigged({ limits, tables: { SecurityEvent: table(...everyMinute('06')) } }, async ({ double, scan }) => {
    const found = await scan(hours('06:00', '07:00'));
    expect(found.files).toHaveLength(1);
    expect(new Set(await users(found)).size).toBe(60);
    expect(await users(found)).toHaveLength(60);
    expect(double.queries.length).toBeGreaterThan(3);
  }));

test('exactly as many rows as the service gives at most are not taken for all', () =>
  rigged({ limits: { rows: 30 }, tables: { SecurityEvent: table(...everyMinute('06').slice(0, 30)) } }, async ({ double, scan }) => {
    expect(await users(await scan(hours('06:00', '07:00')))).toHaveLength(30);
    // The hour, its first half, the quarters of that, its second half.
    expect(double.queries).toHaveLength(5);
  }));

test('a query that takes the service too long is halved too', () => {
  let number = 0;
  return rigged({ faultOf: () => (++number === 1 ? { status: 504 } : undefined), tables: { SecurityEvent: table(...everyMinute('06')) } }, async ({ double, scan }) => {
    expect(await users(await scan(hours('06:00', '07:00')))).toHaveLength(60);
    expect(double.queries).toHaveLength(3);
  });
});

test('a minute that is too large is an error that says so, with what the service said', () =>
  rigged({ limits: { rows: 2 }, tables: { SecurityEvent: table('06:00:01', '06:00:02', '06:00:03') } }, async ({ scan }) => {
    const error = await failure(scan(hours('06:00', '07:00')));
    expect(error.code).toBe('SERVICE_REFUSED');
    expect(error.message).toMatch(/not all rows of 2026-11-24T06:00Z\/06:01Z can be had.*exceed the set limit of 2 records/);
  }));

test('closed slices are asked for once; younger ones again by each run, and late rows change their version', () => {
  const tables = { SecurityEvent: table('06:05:00', '07:05:00') };
  return rigged({ tables }, async ({ double, scan, now }) => {
    now[0] = new Date('2026-11-24T09:30:00Z'); // the hour from 6 ended more than two hours ago, that from 7 did not
    const before = await scan();
    expect(double.queries).toHaveLength(3);
    tables.SecurityEvent.rows.push(['2026-11-24T06:06:00Z', 'too late'], ['2026-11-24T07:06:00Z', 'late']);
    const after = await scan();
    expect(double.queries).toHaveLength(5);
    expect(await users(after)).toEqual(['user0', 'user1', 'late']);
    expect(after.files.map(({ version }, at) => version === before.files[at]?.version)).toEqual([true, false]);
    expect(after.files.map(({ url }) => url)).toEqual(before.files.map(({ url }) => url));
    now[0] = new Date('2026-11-26');
    await scan();
    expect(double.queries).toHaveLength(7);
    await scan();
    expect(double.queries).toHaveLength(7);
  });
});

test('within one run a slice is asked for once, so that what was read stays', () =>
  rigged({}, async ({ double, now, source }) => {
    now[0] = new Date('2026-11-24T09:00:00Z');
    const [scan, run] = [source(), nextRun()];
    expect(await scan(morning, run)).toEqual(await scan(morning, run));
    expect(double.queries).toHaveLength(3);
    await scan(morning, nextRun());
    // By now the hour from 6 has settled.
    expect(double.queries).toHaveLength(5);
  }));

test('what is kept but not whole is asked for again', () =>
  rigged({}, async ({ double, scan, folder }) => {
    const before = await scan();
    const kept = join(folder, 'logs-query');
    const [first, second] = before.files.map(({ url }) => fileURLToPath(url)) as [string, string];
    await writeFile(first, 'torn');
    await writeFile(second.replace('.jsonl', '.json'), '{"bytes":');
    expect(await users(await scan())).toEqual(['user0', 'user1', 'user2']);
    expect(double.queries).toHaveLength(5);
    expect((await readdir(kept)).filter((name) => name.endsWith('.new'))).toEqual([]);
  }));

test('a window without bounds is read from the first row to the last', () =>
  rigged({}, async ({ double, scan }) => {
    expect(await users(await scan({ from: new Date(-8.64e15), to: new Date(8.64e15) }))).toEqual(['user0', 'user1', 'user2', 'user3']);
    expect(double.queries).toHaveLength(5);
    expect(await users(await scan({ from: new Date('2030-01-01'), to: new Date('2031-01-01') }))).toEqual([]);
    expect(double.queries).toHaveLength(5);
  }));

test('an empty table has no files', () =>
  rigged({ tables: { SecurityEvent: table() } }, async ({ scan }) => {
    expect((await scan({ from: new Date(0), to: new Date('2030-01-01') })).files).toEqual([]);
    expect((await scan()).files).toEqual([]);
  }));

test('no more than the wanted number of queries are under way; progress only grows', () =>
  rigged({}, async ({ double, scan }) => {
    const done: number[] = [];
    await scan(hours('00:00', '20:00'), nextRun({ progress: (update) => void done.push(update.done) }));
    expect(double.mostAtOnce()).toBeLessThanOrEqual(2);
    expect(done).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  }, { parallel: 2 }));

test.each([['429 with a time', { status: 429, headers: { 'retry-after': '0' } }], ['429', { status: 429 }], ['500', { status: 500 }], ['503 as a page', { status: 503, body: '<html>' }], ['408', { status: 408 }], ['a reset', 'reset'], ['half an answer', 'half'], ['a torn answer', 'torn']] as const)('%s passes', (_name, fault) =>
  rigged({ faultOf: ({ number }) => (number <= 2 ? fault : undefined) }, async ({ double, scan }) => {
    expect(await users(await scan())).toEqual(['user0', 'user1', 'user2']);
    expect(double.queries).toHaveLength(5);
  }));

test('a pause that the service wants is one for all queries', () =>
  rigged({ faultOf: ({ number }) => (number === 1 ? { status: 429, headers: { 'retry-after-ms': '150' } } : undefined) }, async ({ double, scan }) => {
    await scan();
    expect((double.queries[1]?.at ?? 0) - (double.queries[0]?.at ?? 0)).toBeGreaterThanOrEqual(145);
  }, { parallel: 1 }));

const semantic = { status: 400, body: JSON.stringify({ error: { code: 'BadArgumentError', message: 'The request had some invalid properties', innererror: { code: 'SemanticError', message: 'A semantic error occurred.', innererror: { code: 'SEM0100', message: "Failed to resolve 'X'" } } } }) };
test.each([
  ['400', semantic, 'SERVICE_REFUSED', "Failed to resolve 'X'"], ['401', { status: 401 }, 'CREDENTIAL_INVALID', workspace], ['403', { status: 403 }, 'ROLE_MISSING', 'Log Analytics Reader'], ['404', { status: 404 }, 'RESOURCE_UNKNOWN', workspace],
  ['429 for ever', { status: 429, headers: { 'retry-after': '0' } }, 'SERVICE_THROTTLED', workspace], ['500 for ever', { status: 500 }, 'SERVICE_UNAVAILABLE', '127.0.0.1'], ['resets for ever', 'reset', 'SERVICE_UNAVAILABLE', '127.0.0.1'],
  ['torn answers for ever', 'torn', 'SERVICE_UNAVAILABLE', 'torn'],
] as const)('%s is a catalogued error', (_name, fault, code, says) =>
  rigged({ faultOf: () => fault }, async ({ scan }) => {
    const error = await failure(scan());
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
  }));

test('an answer that never comes is given up', () =>
  rigged({ faultOf: () => 'hang' }, async ({ scan }) => {
    expect(await failure(scan())).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('no answer within 0.1 s') as string });
  }, {}, { patience: { tries: 3, firstPauseMs: 1, answerMs: 100 } }));

test('a table, a time column, a workspace that is not there, a wrong token and an unknown certificate are told apart', async () => {
  await rigged({}, async ({ scan }) => expect(await failure(scan())).toMatchObject({ code: 'SERVICE_REFUSED', message: expect.stringContaining("'None'") as string }), { table: 'None' });
  await rigged({}, async ({ scan }) => expect((await failure(scan())).message).toContain("'Nope'"), { timeColumn: 'Nope' });
  await rigged({}, async ({ scan }) => expect((await failure(scan())).code).toBe('RESOURCE_UNKNOWN'), { workspace: '6f1c0f0e-0000-4000-8000-000000000009' });
  await rigged({}, async ({ scan }) => expect((await failure(scan())).code).toBe('CREDENTIAL_INVALID'), {}, { claims: { audience: 'https://monitor.azure.com' } });
  await rigged({}, async ({ scan }) => expect((await failure(scan())).code).toBe('ROLE_MISSING'), {}, { claims: { role: 'Reader of nothing' } });
  await rigged({}, async ({ scan }) => expect((await failure(scan())).code).toBe('CERTIFICATE_INVALID'), {}, { trust: false });
});

test('what was fetched before a failure is not fetched again', () => {
  let broken = true;
  return rigged({ faultOf: ({ query }) => (broken && starts(query, '08:00') ? { status: 403 } : undefined) }, async ({ double, scan }) => {
    expect((await failure(scan())).code).toBe('ROLE_MISSING');
    broken = false;
    await scan();
    expect(double.queries).toHaveLength(4);
  }, { parallel: 1 });
});

test('a scan that is stopped while it waits for an answer ends with the reason', () => {
  const [stop, reason] = [new AbortController(), new Error('told to stop')];
  return rigged({ before: async () => stop.abort(reason), faultOf: () => 'hang' }, async ({ scan, folder }) => {
    expect(await failure(scan(morning, nextRun({ signal: stop.signal })))).toBe(reason);
    expect((await readdir(join(folder, 'logs-query'))).filter((name) => name.endsWith('.json'))).toEqual([]);
  });
});
