import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { z, type FileFormat } from '@byoml/core';
import { aRun, filesScan, readRows, type Conformance, type ConformanceHost, type DataSourceFixture, type Destination, type SinkFixture } from '@byoml/core/testkit';

const columns = { user: z.string(), resource: z.string(), surprise: z.number(), pValue: z.number().optional() };
const rows = [
  { user: 'DOM\\ann', resource: '\\\\FS1\\hr', surprise: 3.25, pValue: 0.001 },
  { user: 'bob, "the builder"', resource: 'a\nb', surprise: -1 },
  { user: 'Zoë 漢字', resource: 'wiki', surprise: 0, pValue: 1 },
];

/** A sink fixture whose every check writes to a file of its own and reads it back in the host's engine. */
function table({ engine, folder }: ConformanceHost, format: FileFormat, mode: 'replace' | 'append' = 'replace'): SinkFixture {
  const open = async (): Promise<Destination> => {
    const own = await mkdtemp(join(folder, 'sink-'));
    const path = join(own, `scored.${format}`);
    const opened = await engine();
    const read = async (): Promise<readonly object[]> => {
      if (!existsSync(path)) return [];
      const relation = await (await opened.open(await filesScan(format, path), aRun())).project(columns, aRun());
      return readRows(relation.batches(aRun()));
    };
    const leftovers = async (): Promise<readonly string[]> => (await readdir(own)).filter((name) => !path.endsWith(name) && !(mode === 'append' && name.endsWith('.byoml')));
    return { settings: { path, mode }, services: { engine: opened }, read, leftovers, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  };
  return { columns, rows, open, unreachable: { path: join(folder, 'no-such-folder', `scored.${format}`), mode } };
}

async function tables({ engine, folder }: ConformanceHost): Promise<DataSourceFixture> {
  const [one, two] = [join(folder, 'one.csv'), join(folder, 'two.csv')];
  await writeFile(one, '\uFEFFuser,resource\nann,hr\nbob,wiki\n');
  await writeFile(two, 'user,resource\ncid,mail\n');
  return { settings: { path: [two, one] }, missing: { path: [one, join(folder, 'none.csv')] }, rows: 3, engine };
}

async function exported({ engine, folder }: ConformanceHost): Promise<DataSourceFixture> {
  const workspace = 'WorkspaceResourceId=/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/soc';
  const record = (id: string): string => `${JSON.stringify({ _ItemId: id, EventID: 5140, TimeGenerated: '2026-11-24T06:05:00Z' })}\n`;
  const blobs = { 'h=06/m=05/PT05M.json': record('a') + record('b'), 'h=06/m=10/PT05M.json': `${record('b')}${record('c')}{"torn`, 'h=07/m=00/PT1H_1.json': record('d') };
  for (const [blob, text] of Object.entries(blobs)) {
    const path = join(folder, 'export', 'am-securityevent', workspace, 'y=2026/m=11/d=24', blob);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const path = join(folder, 'export');
  return { settings: { path, table: 'SecurityEvent' }, missing: { path, table: 'SigninLogs' }, rows: 4, engine };
}

export const conformance: Conformance = async (host) => ({
  'data-source/table': await tables(host),
  'data-source/data-export': await exported(host),
  'sink/table:jsonl': table(host, 'jsonl'),
  'sink/table:csv': table(host, 'csv'),
  'sink/table:jsonl-append': table(host, 'jsonl', 'append'),
  'sink/table:csv-append': table(host, 'csv', 'append'),
  'sink/table:parquet': table(host, 'parquet'),
});
