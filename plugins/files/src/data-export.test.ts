import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isByomlError, z, type Scan, type Window } from '@byoml/core';
import { aRun, dataSourceChecks, inFolder, memoryEngine } from '@byoml/core/testkit';
import { afterAll, expect, test } from 'vitest';
import { dataExport } from './data-export.ts';

const workspace = (name: string): string => `WorkspaceResourceId=/subscriptions/0/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/${name}`;
const line = (id: string): string => `${JSON.stringify({ _ItemId: id, EventID: 5140 })}\n`;
const always: Window = { from: new Date(-8.64e15), to: new Date(8.64e15) };
const hours = (from: string, to: string): Window => ({ from: new Date(`2026-11-${from}:00Z`), to: new Date(`2026-11-${to}:00Z`) });

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

const scan = (settings: object, window: Window = always): Promise<Scan & { kind: 'files' }> =>
  dataExport.create(z.parse(dataExport.settings, { table: 'SecurityEvent', ...settings }), {}).scan(window, aRun()) as Promise<Scan & { kind: 'files' }>;

/** What was found, relative to a folder. */
async function found(folder: string, settings: object, window?: Window): Promise<string[]> {
  const { files } = await scan(settings, window);
  return files.map(({ url }) => fileURLToPath(url).slice(folder.length + 1).replace(workspace('ws'), 'WS'));
}

const inExport = (files: Readonly<Record<string, string>>, use: (folder: string) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    await write(folder, files);
    await use(folder);
  });

const ws = `am-securityevent/${workspace('ws')}`;

test('hourly and five-minute blobs are found, parts in numeric order, hours in time order', async () => {
  const names = ['y=2026/m=11/d=24/h=06/m=00/PT1H.json', 'y=2026/m=11/d=24/h=07/m=00/PT05M.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M_1.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M_2.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M_10.json', 'y=2026/m=12/d=01/h=00/m=00/PT05M.json'];
  const files = Object.fromEntries(names.toReversed().map((name) => [`${ws}/${name}`, line(name)]));
  await inExport(files, async (folder) => {
    expect(await found(folder, { path: folder })).toEqual(names.map((name) => `am-securityevent/WS/${name}`));
  });
});

test('letter case of containers, folders and blobs does not matter', async () => {
  const files = { 'am-SecurityEvent/workspaceresourceid=/SUBSCRIPTIONS/0/workspaces/WS/Y=2026/M=11/D=24/H=06/M=00/pt1h.JSON': line('1') };
  await inExport(files, async (folder) => {
    expect(await found(folder, { path: folder })).toHaveLength(1);
    expect(await found(folder, { path: folder, table: 'securityevent', workspace: 'ws' })).toHaveLength(1);
    expect(await found(folder, { path: join(folder, 'am-SecurityEvent') })).toHaveLength(1);
  });
});

test('the path may be above the container, the container, or anything inside it', async () => {
  const blob = `${ws}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`;
  await inExport({ [blob]: line('1'), 'am-other/x/PT1H.json': line('2') }, async (folder) => {
    const parts = blob.split('/');
    for (let depth = 0; depth < parts.length; depth++) expect(await found(folder, { path: join(folder, ...parts.slice(0, depth)) })).toHaveLength(1);
  });
});

test('only hours that touch the window and its margin are listed', async () => {
  const names = ['d=23/h=23', 'd=24/h=00', 'd=24/h=01', 'd=24/h=02', 'd=24/h=03', 'd=24/h=04'];
  const files = Object.fromEntries(names.map((name) => [`${ws}/y=2026/m=11/${name}/m=00/PT05M.json`, line(name)]));
  await inExport(files, async (folder) => {
    const listed = async (settings: object, window: Window): Promise<string[]> => (await found(folder, { path: folder, ...settings }, window)).map((path) => /d=\d+\/h=\d+/u.exec(path)?.[0] ?? '');
    expect(await listed({ margin: 0 }, hours('24T01:00', '24T02:00'))).toEqual(['d=24/h=01']);
    expect(await listed({}, hours('24T01:00', '24T02:00'))).toEqual(['d=24/h=00', 'd=24/h=01', 'd=24/h=02']);
    expect(await listed({ margin: 0 }, hours('24T01:59', '24T02:01'))).toEqual(['d=24/h=01', 'd=24/h=02']);
    expect(await listed({ margin: 0.5 }, hours('24T00:00', '24T01:00'))).toEqual(['d=23/h=23', 'd=24/h=00', 'd=24/h=01']);
    expect(await listed({}, hours('28T00:00', '29T00:00'))).toEqual([]);
  });
});

test('workspaces follow each other and can be chosen by name or resource id', async () => {
  const blob = 'y=2026/m=11/d=24/h=06/m=00/PT1H.json';
  await inExport({ [`am-securityevent/${workspace('b')}/${blob}`]: line('1'), [`am-securityevent/${workspace('a')}/${blob}`]: line('2') }, async (folder) => {
    const names = async (settings: object): Promise<string[]> => (await found(folder, { path: folder, ...settings })).map((path) => /workspaces\/(\w+)/u.exec(path)?.[1] ?? '');
    expect(await names({})).toEqual(['a', 'b']);
    expect(await names({ workspace: 'B' })).toEqual(['b']);
    expect(await names({ workspace: workspace('a').replace('WorkspaceResourceId=', '') })).toEqual(['a']);
    await expect(scan({ path: folder, workspace: 'c' })).rejects.toThrow('nothing of workspace "c"; it has ');
  });
});

test.each([
  ['a torn last line is left out', `${line('1')}{"_ItemId":"2"`, line('1').length],
  ['a torn line longer than one block is left out', `${line('1')}{"_ItemId":"${'2'.repeat(200_000)}`, line('1').length],
  ['a whole last line without a line break is kept', `${line('1')}{"_ItemId":"2"}`, line('1').length + 15],
  ['a whole only line without a line break is kept', '{"_ItemId":"2"}', 15],
  ['whole lines are kept', line('1') + line('2'), 2 * line('1').length],
  ['a number at the end is no record', `${line('1')}12`, line('1').length],
])('%s', async (_name, content, bytes) => {
  await inExport({ [`${ws}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`]: content }, async (folder) => {
    expect((await scan({ path: folder })).files.map((file) => file.bytes)).toEqual([bytes]);
  });
});

test.each([['empty', ''], ['torn from the start', '{"_ItemId'], ['a byte-order mark', '\ufeff']])('a blob that is %s is not listed', async (_name, content) => {
  await inExport({ [`${ws}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`]: content }, async (folder) => {
    expect((await scan({ path: folder })).files).toEqual([]);
  });
});

test('a byte-order mark is skipped, repeats are told by _ItemId', async () => {
  await inExport({ [`${ws}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`]: `\ufeff${line('1')}` }, async (folder) => {
    const { files, unique, name, format } = await scan({ path: folder });
    expect(files).toMatchObject([{ offset: 3, bytes: line('1').length }]);
    expect({ unique, name, format }).toEqual({ unique: '_ItemId', name: 'files/data-export (SecurityEvent)', format: 'jsonl' });
  });
});

test('files and folders that are not of the layout are left alone', async () => {
  const hour = `${ws}/y=2026/m=11/d=24/h=06`;
  const files = { [`${hour}/m=00/PT1H.json.tmp`]: line('1'), [`${hour}/m=00/PT10M.json`]: line('2'), [`${hour}/m=00/old/PT1H.json`]: line('3'), [`${ws}/y=2026/PT1H.json`]: line('4'), [`${ws}/y=26/m=11/d=24/h=06/m=00/PT1H.json`]: line('5'), 'am-securityevent/PT1H.json': line('6') };
  await inExport(files, async (folder) => {
    expect(await found(folder, { path: folder })).toEqual([]);
  });
});

test('a blob says the time that its records are of', async () => {
  const names = ['d=24/h=06/m=00/PT1H.json', 'd=24/h=07/m=55/PT05M.json', 'd=24/h=08/PT05M.json', 'd=31/h=23/m=00/PT1H_2.json'];
  await inExport(Object.fromEntries(names.map((name) => [`${ws}/y=2026/m=12/${name}`, line(name)])), async (folder) => {
    const { files } = await scan({ path: folder });
    expect(files.map(({ span }) => [span?.from.toISOString(), span?.to.toISOString()])).toEqual([
      ['2026-12-24T06:00:00.000Z', '2026-12-24T07:00:00.000Z'],
      ['2026-12-24T07:55:00.000Z', '2026-12-24T08:00:00.000Z'],
      ['2026-12-24T08:00:00.000Z', '2026-12-24T09:00:00.000Z'],
      ['2026-12-31T23:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ]);
  });
});

test('links are not followed', async () => {
  await inExport({ [`${ws}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`]: line('1'), 'outside/h=07/m=00/PT1H.json': line('2') }, async (folder) => {
    await symlink(join(folder, 'outside', 'h=07'), join(folder, ws, 'y=2026/m=11/d=24/h=07'));
    await symlink(join(folder, 'outside/h=07/m=00/PT1H.json'), join(folder, ws, 'y=2026/m=11/d=24/h=06/m=00/PT1H_1.json'));
    expect(await found(folder, { path: folder })).toHaveLength(1);
  });
});

test.each([['a folder that is not there', 'none'], ['a folder without the container', '.']])('%s is named', async (_name, path) => {
  await inFolder(async (folder) => {
    const failed = await scan({ path: join(folder, path) }).catch((error: unknown) => error);
    expect(isByomlError(failed) && failed.code).toBe('FILE_MISSING');
  });
});

const kit = await mkdtemp(join(tmpdir(), 'byoml-export-'));
await write(kit, { [`${ws}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`]: line('1') + line('2') });
afterAll(() => rm(kit, { recursive: true }));

const fixture = { settings: { path: kit, table: 'SecurityEvent' }, missing: { path: 'none', table: 'SecurityEvent' }, rows: 2, engine: async () => memoryEngine() };
for (const { name, run } of dataSourceChecks(dataExport, fixture)) test(name, run);
