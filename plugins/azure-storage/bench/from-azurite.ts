// Reads an export from Azurite, once with the SDK alone and once with our source and an engine that counts what a view asks for, and prints MB/s of both as JSON.
// node --conditions=@byoml/source plugins/azure-storage/bench/from-azurite.ts [--blobs 300] [--mb 1500] [--rounds 3] [--parallel 8] [--on-disk | --in-memory]
import { mkdtemp, rm } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { BlobServiceClient, StorageSharedKeyCredential, type ContainerClient } from '@azure/storage-blob';
import { defineView, kind, z, type Engine, type PluginDefinition, type Scan } from '@byoml/core';
import { aRun, recordingLogger } from '@byoml/core/testkit';
import { startAzurite } from '@byoml/fixtures/azurite';
import { allOrStop, atOnce } from '../src/at-once.ts';
import { dataExport } from '../src/data-export.ts';

const { values } = parseArgs({ options: {
  blobs: { type: 'string', default: '300' }, mb: { type: 'string', default: '1500' }, rounds: { type: 'string', default: '3' }, parallel: { type: 'string', default: '8' },
  'on-disk': { type: 'boolean', default: false }, 'in-memory': { type: 'boolean', default: false },
} });
const [blobs, megabytes, rounds, parallel] = [values.blobs, values.mb, values.rounds, values.parallel].map(Number) as [number, number, number, number];
const mb = 1e6;
// The emulator, its copies of what it sends, and the engine.
const onDisk = values['on-disk'] || (!values['in-memory'] && freemem() < 3 * megabytes * mb);
const always = { from: new Date(0), to: new Date('2200-01-01') };
const noStop = new AbortController().signal;

/** GENERATED, and how many are share accesses: lines of about 1.1 kB with the columns that a view of share accesses reads, and fillers. */
function lines(blob: number, bytes: number): { readonly text: string; readonly rows: number } {
  const made: string[] = [];
  let rows = 0;
  for (let length = 0, row = 0; length < bytes; row++) {
    const id = (blob * 1_000_003 + row * 7919).toString(16).padStart(12, '0');
    const record = { TenantId: '5a1b0f6e-0000-4000-8000-000000000000', TimeGenerated: time(blob).toISOString(), EventID: row % 4 === 0 ? 5140 : 4624, Computer: `srv${row % 50}.corp`, SubjectDomainName: 'CORP', SubjectUserName: `user${row % 900}`, ShareName: `\\\\*\\share${row % 300}`, IpAddress: `10.0.${row % 200}.${row % 250}`, Filler: id.repeat(60), _ItemId: `${id}-${row}`, Type: 'SecurityEvent' };
    const line = `${JSON.stringify(record)}\n`;
    made.push(line);
    if (record.EventID === 5140) rows++;
    length += line.length;
  }
  return { text: made.join(''), rows };
}

/** Twelve blobs an hour. */
const time = (blob: number): Date => new Date(Date.UTC(2026, 10, 1) + blob * 300_000);

function nameOf(blob: number): string {
  const [, year, month, day, hour, minute] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)/u.exec(time(blob).toISOString()) as RegExpExecArray;
  return `WorkspaceResourceId=/subscriptions/0/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/ws/y=${year}/m=${month}/d=${day}/h=${hour}/m=${minute}/PT05M.json`;
}

/** Append blobs, as the export writes them. */
async function upload(container: ContainerClient): Promise<{ readonly bytes: number; readonly rows: number }> {
  let [bytes, rows] = [0, 0];
  const most = 4 * 1024 * 1024;
  for (let blob = 0; blob < blobs; blob++) {
    const made = lines(blob, (megabytes * mb) / blobs);
    const [content, client] = [Buffer.from(made.text), container.getAppendBlobClient(nameOf(blob))];
    await client.create();
    for (let from = 0; from < content.length; from += most) await client.appendBlock(content.subarray(from, from + most), Math.min(most, content.length - from));
    bytes += content.length;
    rows += made.rows;
  }
  return { bytes, rows };
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** What is listed, read as streams whose bytes go nowhere. */
async function streamed(container: ContainerClient): Promise<void> {
  const [names, bound] = [await listed(container), atOnce(parallel)];
  await allOrStop(names, noStop, (name) => bound(async () => {
    const { readableStreamBody } = await container.getBlobClient(name).download();
    for await (const _ of readableStreamBody as AsyncIterable<Uint8Array> & NodeJS.ReadableStream);
  }));
}

/** The same into memory. */
async function buffered(container: ContainerClient): Promise<void> {
  const [names, bound] = [await listed(container), atOnce(parallel)];
  await allOrStop(names, noStop, (name) => bound(() => container.getBlobClient(name).downloadToBuffer()));
}

/** The same into files, as the SDK does it. */
async function filed(container: ContainerClient): Promise<void> {
  const own = await mkdtemp(join(folder, 'sdk-'));
  const [names, bound] = [await listed(container), atOnce(parallel)];
  await allOrStop(names.entries().toArray(), noStop, ([i, name]) => bound(() => container.getBlobClient(name).downloadToFile(join(own, String(i)))));
  await rm(own, { recursive: true, force: true });
}

async function listed(container: ContainerClient): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat()) names.push(name);
  return names;
}

async function duckdb(): Promise<Engine> {
  const { default: plugin } = (await import(pathToFileURL(join(import.meta.dirname, '../../duckdb/src/index.ts')).href)) as { readonly default: PluginDefinition };
  const engine = plugin.components.find((component) => component[kind] === 'engine');
  if (!engine || !('create' in engine)) throw new Error('no engine');
  return (await engine.create(engine.settings.parse({}) as never, {} as never)) as Engine;
}

const accesses = defineView({
  id: 'accesses', summary: 'Share accesses.', settings: z.strictObject({}), table: 'SecurityEvent',
  columns: { EventID: z.string(), SubjectUserName: z.string(), ShareName: z.string() },
  where: [{ columns: ['EventID'], in: ['5140'] }],
  output: { user: z.string(), resource: z.string() },
  sql: (d) => `SELECT ${d.ident('SubjectUserName')} AS ${d.ident('user')}, ${d.ident('ShareName')} AS ${d.ident('resource')} FROM source`,
});

const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] as number;

const folder = await mkdtemp(join(tmpdir(), 'byoml-bench-'));
try {
  await using azurite = await startAzurite(undefined, { onDisk, within: folder });
  const container = new BlobServiceClient(azurite.accountUrl, new StorageSharedKeyCredential(azurite.account, azurite.accountKey)).getContainerClient('am-securityevent');
  await container.create();
  const { bytes, rows } = await upload(container);
  const settings = z.parse(dataExport.settings, { account: azurite.accountUrl, table: 'SecurityEvent', parallel, credential: { connectionString: azurite.connectionString } });
  await using engine = await duckdb();
  const took = { streamed: [] as number[], filed: [] as number[], buffered: [] as number[], scan: [] as number[], scanAndRows: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    took.streamed.push(await seconds(() => streamed(container)));
    took.filed.push(await seconds(() => filed(container)));
    took.buffered.push(await seconds(() => buffered(container)));
    const cache = await mkdtemp(join(folder, 'cache-'));
    const source = dataExport.create(settings, { cache: { path: cache }, log: recordingLogger(), clock: { now: () => new Date() } });
    let scan: Scan | undefined;
    const scanned = await seconds(async () => (scan = await source.scan(always, aRun())));
    let counted = 0;
    const count = await seconds(async () => (counted = await (await (await engine.open(scan as Scan, aRun())).view(accesses, {}, aRun())).count()));
    if (counted !== rows) throw new Error(`${counted} rows were read, but ${rows} were written`);
    took.scan.push(scanned);
    took.scanAndRows.push(scanned + count);
    await rm(cache, { recursive: true, force: true });
  }
  const rate = (of: readonly number[]): number => Math.round(bytes / mb / median(of));
  const report = { blobs, bytes, rows, parallel, rounds, onDisk, mbPerSecond: { sdkStreamed: rate(took.streamed), sdkBuffered: rate(took.buffered), sdkFiled: rate(took.filed), scan: rate(took.scan), scanAndRows: rate(took.scanAndRows) }, ratio: { scan: rate(took.scan) / rate(took.filed), scanAndRows: rate(took.scanAndRows) / rate(took.filed), scanOfStreamed: rate(took.scan) / rate(took.streamed), scanAndRowsOfStreamed: rate(took.scanAndRows) / rate(took.streamed) }, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
