import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineView, utcDay, z, type ComponentOf, type Engine, type Run, type Window } from '@byoml/core';
import duckdbPlugin from '@byoml/duckdb';
import filesPlugin from '@byoml/files';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { securityEvent } from './security-event.ts';

const rowsInAll = 640_000;
const hours = 24;
const blobsInHour = 12;
const share = 10;
const rounds = 7;

/** What reading costs, in seconds, beside DuckDB's own `read_json` of the same query on the same files. */
export interface ReadJsonResult {
  readonly name: string;
  /** DuckDB's time divided by ours: 1 is as fast, higher is faster. */
  readonly ratio: number;
  /** The same against a query that also drops repeated records, as ours does. */
  readonly ratioWithoutRepeats: number;
  readonly ours: number;
  readonly duckdb: number;
  readonly duckdbWithoutRepeats: number;
  readonly rows: number;
  readonly bytes: number;
  readonly groups: number;
}

const day = Date.UTC(2026, 10, 24);
const everything: Window = { from: new Date(day), to: new Date(day + 86_400_000) };
const run: Run = { id: 'bench', seed: 1, signal: new AbortController().signal, progress() {} };

const shareAccesses = defineView({
  id: 'share-accesses',
  summary: 'Accesses to shares per day, account and share',
  settings: z.strictObject({}),
  table: 'SecurityEvent',
  columns: { EventID: z.string(), TimeGenerated: z.string(), Account: z.string(), ShareName: z.string().optional() },
  where: [{ columns: ['EventID'], in: ['5140'] }],
  output: { day: utcDay(), user: z.string(), resource: z.string(), count: z.number() },
  sql: (d) => `SELECT ${d.utcDay('"TimeGenerated"')} AS day, "Account" AS "user", "ShareName" AS resource, CAST(count(*) AS DOUBLE) AS count FROM source GROUP BY 1, 2, 3`,
});

const record = (i: number): string => {
  const user = `user${(i * 7919) % 5000}`;
  const number = i * 2_654_435_761 % 4_294_967_296;
  return securityEvent({
    number, serial: i, at: new Date(day + Math.floor((i / rowsInAll) * 86_400_000)), event: i % share === 0 ? 5140 : 4624 + (i % 3), domain: 'CONTOSO', user,
    computer: `fs${i % 40}.contoso.example`, share: `share${(i * 31) % 900}`, address: `10.0.${i % 200}.${i % 250}`,
  });
};

/** Writes a day of an export; answers the blobs and their bytes. */
async function generate(folder: string): Promise<{ readonly paths: readonly string[]; readonly bytes: number }> {
  const paths: string[] = [];
  let bytes = 0;
  const perBlob = rowsInAll / (hours * blobsInHour);
  for (let blob = 0; blob < hours * blobsInHour; blob++) {
    const [hour, minute] = [Math.floor(blob / blobsInHour), (blob % blobsInHour) * 5].map((part) => String(part).padStart(2, '0'));
    const path = join(folder, 'am-securityevent', 'WorkspaceResourceId=', 'subscriptions', '0', 'workspaces', 'ws', 'y=2026', 'm=11', 'd=24', `h=${hour}`, `m=${minute}`, 'PT05M.json');
    const lines: string[] = [];
    for (let i = Math.round(blob * perBlob); i < Math.round((blob + 1) * perBlob); i++) lines.push(record(i));
    await mkdir(dirname(path), { recursive: true });
    const content = lines.join('');
    bytes += content.length;
    await writeFile(path, content);
    paths.push(path);
  }
  return { paths, bytes };
}

const components = [...duckdbPlugin.components, ...filesPlugin.components];
const engineDefinition = components.find(({ id }) => id === 'duckdb') as ComponentOf<'engine'>;
const sourceDefinition = components.find(({ id }) => id === 'data-export') as ComponentOf<'data-source'>;

async function ours(engine: Engine, folder: string): Promise<number> {
  const scan = await sourceDefinition.create({ path: folder, table: 'SecurityEvent', margin: 1 }, {}).scan(everything, run);
  const relation = await (await engine.open(scan, run)).view(shareAccesses, {}, run);
  return relation.count();
}

const query = (paths: readonly string[], repeats: string): string => {
  const list = paths.map((path) => `'${path}'`).join(', ');
  const id = repeats === '' ? '' : ", _ItemId: 'VARCHAR'";
  return `CREATE OR REPLACE TABLE groups AS SELECT CAST(TimeGenerated AS DATE) AS day, Account, ShareName, count(*) AS n
    FROM (SELECT ${repeats} * FROM read_json([${list}], format = 'newline_delimited', hive_partitioning = false, columns = {EventID: 'BIGINT', TimeGenerated: 'TIMESTAMP', Account: 'VARCHAR', ShareName: 'VARCHAR'${id}}) WHERE EventID = 5140)
    GROUP BY 1, 2, 3`;
};

async function theirs(connection: DuckDBConnection, sql: string): Promise<number> {
  await connection.run(sql);
  const reader = await connection.runAndReadAll('SELECT count(*) FROM groups');
  return Number(reader.getRowsJson()[0]?.[0]);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function seconds(work: () => Promise<number>, groups: Set<number>): Promise<number> {
  const started = performance.now();
  groups.add(await work());
  return (performance.now() - started) / 1000;
}

/** Medians of alternating runs, after one of each that warms the page cache. */
export async function readJson(): Promise<ReadJsonResult> {
  const folder = await mkdtemp(join(tmpdir(), 'byoml-read-json-'));
  try {
    const { paths, bytes } = await generate(folder);
    return { name: 'export JSON Lines → groups, against read_json', rows: rowsInAll, bytes, ...(await measured(folder, paths)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measured(folder: string, paths: readonly string[]): Promise<Pick<ReadJsonResult, 'ratio' | 'ratioWithoutRepeats' | 'ours' | 'duckdb' | 'duckdbWithoutRepeats' | 'groups'>> {
  const { DuckDBInstance: Instance } = createRequire(import.meta.resolve('@byoml/duckdb'))('@duckdb/node-api') as { readonly DuckDBInstance: typeof DuckDBInstance };
  const connection = await (await Instance.create(':memory:', { memory_limit: '2GB' })).connect();
  const [us, plain, distinct]: [number[], number[], number[]] = [[], [], []];
  const groups = new Set<number>();
  for (let round = 0; round <= rounds; round++) {
    // A started engine for each round, as DuckDB's own connection is started.
    await using engine: Engine = await engineDefinition.create({ memoryLimit: '2GB' }, {});
    const times = [
      await seconds(() => ours(engine, folder), groups),
      await seconds(() => theirs(connection, query(paths, '')), groups),
      await seconds(() => theirs(connection, query(paths, 'DISTINCT ON (_ItemId)')), groups),
    ];
    if (round === 0) continue;
    for (const [i, list] of [us, plain, distinct].entries()) list.push(times[i] as number);
  }
  if (groups.size !== 1) throw new Error(`the queries disagree: ${[...groups].join(', ')} groups`);
  const [mine, theirs1, theirs2] = [median(us), median(plain), median(distinct)];
  return { ratio: theirs1 / mine, ratioWithoutRepeats: theirs2 / mine, ours: mine, duckdb: theirs1, duckdbWithoutRepeats: theirs2, groups: [...groups][0] as number };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(`${JSON.stringify(await readJson(), undefined, 2)}\n`);
