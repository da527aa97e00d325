import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { ScanFile, Window } from '@byoml/core';
import { dataSourceChecks, inFolder, memoryEngine } from '@byoml/core/testkit';
import { startAzurite } from '@byoml/fixtures/azurite';
import { faultyProxy, type Fault } from '@byoml/fixtures/faulty-proxy';
import { afterAll, describe, expect, test } from 'vitest';
import { dataExport } from './data-export.ts';
import { inCi } from './tier.test.fixture.ts';
import { hours, line, scanner, workspace, writer, type Scanner, type Writer } from './storage.test.fixture.ts';

const azurite = await startAzurite();
afterAll(() => azurite[Symbol.asyncDispose]());
const { connectionString } = azurite;
const credential = { connectionString };

let tables = 0;
interface Export extends Writer {
  readonly table: string;
  readonly settings: object;
}
/** A container of its own for each test. */
async function anExport(blobs: Readonly<Record<string, string>> = {}): Promise<Export> {
  const table = `Table${++tables}`;
  const written = await writer(azurite, `am-${table.toLowerCase()}`);
  for (const [name, text] of Object.entries(blobs)) await written.append(name, text);
  return { ...written, table, settings: { account: azurite.accountUrl, table, credential } };
}

const ws = workspace('ws');
const text = async ({ url, bytes, offset = 0 }: ScanFile): Promise<string> => (await readFile(fileURLToPath(url))).subarray(offset, offset + bytes).toString();
const shortNames = (files: readonly ScanFile[]): string[] => files.map(({ label = '' }) => label.slice(label.indexOf('/y=') + 1));

/** Requests that come through a proxy, and faults on them. */
async function through<T>(faultOf: (path: string, method: string) => Fault, use: (accountUrl: string, paths: readonly string[]) => Promise<T>): Promise<T> {
  const { origin, pathname } = new URL(azurite.accountUrl);
  await using proxy = await faultyProxy(origin, (_, method, path) => faultOf(path, method));
  return await use(`${proxy.url}${pathname}`, proxy.paths);
}
const isList = (path: string): boolean => path.includes('comp=list');

test('hourly and five-minute blobs are found, parts in numeric order, hours in time order', async () => {
  const names = ['y=2026/m=11/d=24/h=06/m=00/PT1H.json', 'y=2026/m=11/d=24/h=07/m=00/PT05M.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M_1.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M_2.json', 'y=2026/m=11/d=24/h=07/m=05/PT05M_10.json', 'y=2026/m=12/d=01/h=00/m=00/PT05M.json'];
  const { settings } = await anExport(Object.fromEntries(names.toReversed().map((name) => [`${ws}/${name}`, line(name)])));
  await inFolder(async (cache) => {
    const { files, unique, name } = await scanner(dataExport, settings, cache).scan();
    expect(shortNames(files)).toEqual(names);
    expect(await Promise.all(files.map(text))).toEqual(names.map((each) => line(each)));
    expect({ unique, name }).toEqual({ unique: '_ItemId', name: `azure-storage/data-export (Table${tables})` });
    expect(files[0]?.span).toEqual({ from: new Date('2026-11-24T06:00:00Z'), to: new Date('2026-11-24T07:00:00Z') });
    expect(files[3]?.span).toEqual({ from: new Date('2026-11-24T07:05:00Z'), to: new Date('2026-11-24T07:10:00Z') });
  });
});

test('letter case of folders and blobs does not matter; other names are no part of the export', async () => {
  const { settings } = await anExport({
    'workspaceresourceid=/SUBSCRIPTIONS/0/resourceGroups/RG/providers/Microsoft.OperationalInsights/workspaces/WS/Y=2026/M=11/D=24/H=06/M=00/pt1h.JSON': line('1'),
    [`${ws}/y=2026/m=11/d=24/h=06/m=05/PT05M.json`]: line('2'), [`${ws}/y=2026/m=11/d=24/PT1H.json`]: line('3'), [`${ws}/y=2026/m=11/d=24/h=06/m=05/PT05M.txt`]: line('4'), 'notes/PT1H.json': line('5'),
  });
  await inFolder(async (cache) => {
    const { files } = await scanner(dataExport, settings, cache).scan();
    expect((await Promise.all(files.map(text))).sort()).toEqual([line('1'), line('2')]);
  });
});

test('workspaces follow each other and can be chosen by name or resource id; of an unknown one it says which there are', async () => {
  const blob = 'y=2026/m=11/d=24/h=06/m=00/PT1H.json';
  const { settings } = await anExport({ [`${workspace('b')}/${blob}`]: line('1'), [`${workspace('a')}/${blob}`]: line('2') });
  await inFolder(async (cache) => {
    const names = async (over: object): Promise<string[]> => (await scanner(dataExport, { ...settings, ...over }, cache).scan()).files.map(({ label }) => /workspaces\/(\w+)/u.exec(label ?? '')?.[1] ?? '');
    expect(await names({})).toEqual(['a', 'b']);
    expect(await names({ workspace: 'B' })).toEqual(['b']);
    expect(await names({ workspace: workspace('a').replace('WorkspaceResourceId=', '') })).toEqual(['a']);
    await expect(names({ workspace: 'c' })).rejects.toMatchObject({ code: 'RESOURCE_UNKNOWN', message: expect.stringMatching(/nothing of workspace "c"; it has [ab], [ab]$/) });
  });
});

describe('listing', () => {
  test('only hours that touch the window and its margin are read', async () => {
    const names = ['d=23/h=23', 'd=24/h=00', 'd=24/h=01', 'd=24/h=02', 'd=24/h=03', 'd=24/h=04'];
    const { settings } = await anExport(Object.fromEntries(names.map((name) => [`${ws}/y=2026/m=11/${name}/m=00/PT05M.json`, line(name)])));
    await inFolder(async (cache) => {
      const found = async (over: object, window: Window): Promise<string[]> => shortNames((await scanner(dataExport, { ...settings, ...over }, cache).scan(window)).files).map((name) => /d=\d+\/h=\d+/u.exec(name)?.[0] ?? '');
      expect(await found({ margin: 0 }, hours('24T01:00', '24T02:00'))).toEqual(['d=24/h=01']);
      expect(await found({}, hours('24T01:00', '24T02:00'))).toEqual(['d=24/h=00', 'd=24/h=01', 'd=24/h=02']);
      expect(await found({ margin: 0.5 }, hours('24T00:00', '24T01:00'))).toEqual(['d=23/h=23', 'd=24/h=00', 'd=24/h=01']);
      expect(await found({}, hours('24T00:00', '25T00:00'))).toEqual(names);
      expect(await found({}, hours('28T00:00', '29T00:00'))).toEqual([]);
    });
  });

  test('asks for the hours or days of the window and for nothing else, however long the export is', async () => {
    const { settings, container } = await anExport();
    const days = Array.from({ length: 60 }, (_, day) => new Date(Date.UTC(2026, 9, 1 + day)).toISOString());
    const names = days.flatMap((day) => ['06', '07', '08', '18'].map((hour) => `${ws}/y=${day.slice(0, 4)}/m=${day.slice(5, 7)}/d=${day.slice(8, 10)}/h=${hour}/m=00/PT1H.json`));
    await Promise.all(names.map((name) => container.getAppendBlobClient(name).create()));
    const prefixes = (paths: readonly string[]): string[] => paths.filter(isList).map((path) => (new URLSearchParams(path.split('?')[1]).get('prefix') ?? '').replace(ws, 'WS'));
    await inFolder((cache) => through(() => 'none', async (account, paths) => {
      const { scan } = scanner(dataExport, { ...settings, account, margin: 0 }, cache);
      await scan(hours('24T06:00', '24T08:00'));
      const hour = prefixes(paths);
      expect(hour.filter((prefix) => prefix.includes('h='))).toEqual(['WS/y=2026/m=11/d=24/h=06/', 'WS/y=2026/m=11/d=24/h=07/']);
      expect(hour.length).toBeLessThan(20);
      await scan({ from: new Date('2026-10-25T00:00:00Z'), to: new Date('2026-11-02T00:00:00Z') });
      const week = prefixes(paths).slice(hour.length);
      expect(week.filter((prefix) => prefix.includes('/d=')).map((prefix) => prefix.slice(-10, -1))).toEqual(expect.arrayContaining(['m=10/d=25', 'm=11/d=01']));
      expect(week.filter((prefix) => /\/m=\d\d\/$/.test(prefix))).toEqual(['WS/y=2026/m=10/', 'WS/y=2026/m=11/']);
      expect(week.length).toBeLessThan(26);
      await scan({ from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-11-30T00:00:00Z') });
      expect(prefixes(paths).slice(hour.length + week.length).filter((prefix) => prefix.includes('/d='))).toEqual([]);
    }));
  });
});

const hour = `${ws}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`;
const whole = (cache: string): Promise<Array<{ name: string; bytes: number }>> =>
  readdir(join(cache, 'blobs')).then((names) => Promise.all(names.sort().map(async (name) => ({ name: name.replace(/^\w{40}/u, 'HASH'), bytes: (await stat(join(cache, 'blobs', name))).size }))));

describe('a blob that grows', () => {
  test('is the same file with a new version, and only what is new is read', async () => {
    const { settings, append } = await anExport({ [hour]: line('1') });
    await inFolder((cache) => through(() => 'none', async (account, paths) => {
      const { scan } = scanner(dataExport, { ...settings, account }, cache);
      const [before] = (await scan()).files;
      await scan();
      const reads = (): string[] => paths.filter((path) => !isList(path));
      expect(reads()).toHaveLength(1);
      await append(hour, `${line('2')}{"_ItemId":"3"`);
      const bytes: number[] = [];
      const [after] = (await scan(undefined, { progress: ({ done, unit }) => unit === 'bytes' && bytes.push(done) })).files;
      expect(after?.url).toBe(before?.url);
      expect(after?.version).not.toBe(before?.version);
      expect(after && (await text(after))).toBe(line('1') + line('2'));
      expect(reads()).toHaveLength(2);
      expect(bytes.at(-1)).toBe(line('2').length + '{"_ItemId":"3"'.length);
    }));
  });

  test('while it is read is read as it was listed', async () => {
    const { settings, append } = await anExport({ [hour]: line('1') });
    await inFolder(async (cache) => {
      const { origin, pathname } = new URL(azurite.accountUrl);
      await using proxy = await faultyProxy(origin, async (_, __, path): Promise<Fault> => {
        if (!isList(path) && proxy.paths.filter((each) => !isList(each)).length === 1) await append(hour, line('2'));
        return 'none';
      });
      const { scan } = scanner(dataExport, { ...settings, account: `${proxy.url}${pathname}` }, cache);
      expect(await text((await scan()).files[0] as ScanFile)).toBe(line('1'));
      expect(await text((await scan()).files[0] as ScanFile)).toBe(line('1') + line('2'));
    });
  });
});

test('a blob that was made anew is another file, also when it is rewritten while it is read', async () => {
  const { settings, put } = await anExport();
  await put(hour, line('1'));
  await inFolder(async (cache) => {
    const { origin, pathname } = new URL(azurite.accountUrl);
    let rewrite = false;
    await using proxy = await faultyProxy(origin, async (_, method, path): Promise<Fault> => {
      if (!isList(path) && method === 'GET' && rewrite) {
        rewrite = false;
        await put(hour, line('33'));
      }
      return 'none';
    });
    const { scan } = scanner(dataExport, { ...settings, account: `${proxy.url}${pathname}` }, cache);
    const [first] = (await scan()).files;
    await put(hour, line('2'));
    const [second] = (await scan()).files;
    expect(second?.url).not.toBe(first?.url);
    expect(await text(first as ScanFile)).toBe(line('1'));
    expect(await text(second as ScanFile)).toBe(line('2'));
    await put(hour, line('3'));
    rewrite = true;
    expect(await text((await scan()).files[0] as ScanFile)).toBe(line('33'));
  });
});

test('a blob that was deleted after it was listed is left out, with a warning', async () => {
  const { settings, remove } = await anExport({ [hour]: line('1'), [hour.replace('h=06', 'h=07')]: line('2') });
  await inFolder(async (cache) => {
    const { origin, pathname } = new URL(azurite.accountUrl);
    await using proxy = await faultyProxy(origin, async (_, __, path): Promise<Fault> => {
      if (!isList(path) && path.includes('h%3D06')) await remove(hour).catch(() => undefined);
      return 'none';
    });
    const { scan, said } = scanner(dataExport, { ...settings, account: `${proxy.url}${pathname}` }, cache);
    expect(shortNames((await scan()).files)).toEqual(['y=2026/m=11/d=24/h=07/m=00/PT1H.json']);
    expect(said).toEqual([{ level: 'warn', message: expect.stringMatching(/h=06\/m=00\/PT1H\.json was deleted after it was listed; it is left out$/), fields: undefined }]);
  });
});

describe('faults on the way', () => {
  const big = Array.from({ length: 200 }, (_, i) => line(String(i), 'x'.repeat(5000))).join('');

  const faults: readonly Fault[] = ['answer cut', { status: 503, body: '' }];
  const more: readonly Fault[] = ['answer lost', 'request lost', { status: 500, body: '<Error><Code>InternalError</Code></Error>' }];
  test.each(faults)('%j once on a list and on a read changes nothing', (fault) => once(fault));
  test.skipIf(!inCi).each(more)('%j once on a list and on a read changes nothing (CI tier)', (fault) => once(fault));

  async function once(fault: Fault): Promise<void> {
    const { settings } = await anExport({ [hour]: big });
    await inFolder(async (cache) => {
      const failed = new Set<string>();
      const isHit = (path: string): boolean => (!isList(path) || !path.includes('prefix=')) && !failed.has(path) && Boolean(failed.add(path));
      await through((path) => (isHit(path) ? fault : 'none'), async (account) => {
        const { files } = await scanner(dataExport, { ...settings, account }, cache).scan();
        expect(await text(files[0] as ScanFile)).toBe(big);
        expect(failed.size).toBe(2);
      });
    });
  }
});

describe('the cache', () => {
  test('has no file but copies and their records; what is not right is read again', async () => {
    const { settings } = await anExport({ [hour]: line('1') + line('2') });
    await inFolder(async (cache) => {
      const { scan } = scanner(dataExport, settings, cache);
      const [file] = (await scan()).files;
      const path = fileURLToPath((file as ScanFile).url);
      expect((await whole(cache)).map(({ name }) => name)).toEqual(['HASH.jsonl', 'HASH.jsonl.copy']);
      for (const damage of [line('1'), '\0'.repeat((line('1') + line('2')).length), '']) {
        await writeFile(path, damage);
        expect(await text((await scan()).files[0] as ScanFile)).toBe(line('1') + line('2'));
      }
      for (const record of ['', '{"torn', '{}']) {
        await writeFile(`${path}.copy`, record);
        expect(await text((await scan()).files[0] as ScanFile)).toBe(line('1') + line('2'));
      }
    });
  });

  test('keeps to its size by removing what was not used for longest, but nothing of the scan and nothing of the last hours', async () => {
    const names = ['04', '05', '06'].map((at) => hour.replace('h=06', `h=${at}`));
    const { settings } = await anExport(Object.fromEntries(names.map((name) => [name, line(name, 'x'.repeat(1000))])));
    await inFolder(async (cache) => {
      const small: Scanner = scanner(dataExport, { ...settings, cacheGb: 2.5e-6, margin: 0 }, cache);
      const paths: string[] = [];
      for (const at of ['04', '05']) {
        const [file] = (await small.scan(hours(`24T${at}:00`, `24T${at}:59`))).files;
        paths.push(fileURLToPath((file as ScanFile).url));
      }
      await small.scan(hours('24T06:00', '24T06:59'));
      expect(await whole(cache)).toHaveLength(6);
      const past = Date.now() / 1000 - 86_400;
      for (const [i, path] of paths.entries()) await utimes(`${path}.copy`, past + i, past + i);
      await writer(azurite, `am-table${tables}`).then(({ append }) => append(names[2] as string, line('more')));
      const [abandoned, recent] = ['old', 'new'].map((name) => join(cache, 'blobs', `${name}.part`)) as [string, string];
      for (const part of [abandoned, recent]) await writeFile(part, 'x');
      await utimes(abandoned, past - 86_400, past - 86_400);
      await small.scan(hours('24T06:00', '24T06:59'));
      const left = await readdir(join(cache, 'blobs'));
      expect(left.filter((name) => name.endsWith('.jsonl')).sort()).toHaveLength(2);
      expect(left).not.toContain(paths[0]?.split('/').at(-1));
      expect(left.filter((name) => name.endsWith('.part'))).toEqual(['new.part']);
      expect(left).toContain(paths[1]?.split('/').at(-1));
    });
  });
});

test('a large blob comes in pieces and is right', async () => {
  const { settings, put } = await anExport();
  const content = Array.from({ length: 20_000 }, (_, i) => line(String(i), 'x'.repeat(1000))).join('');
  await put(hour, content);
  const digest = (of: string): string => createHash('sha256').update(of).digest('hex');
  await inFolder((cache) => through(() => 'none', async (account, paths) => {
    const { files } = await scanner(dataExport, { ...settings, account }, cache).scan();
    expect(digest(await text(files[0] as ScanFile))).toBe(digest(content));
    expect(paths.filter((path) => !isList(path))).toHaveLength(3);
  }));
});

describe('a stop', () => {
  test.each([['before', 0], ['while it lists', 3], ['while it reads', 13]])('%s ends it with its reason and leaves nothing', async (_name, after) => {
    const { settings } = await anExport({ [hour]: line('1') });
    await inFolder(async (cache) => {
      const [controller, reason] = [new AbortController(), new Error('told to stop')];
      const { origin, pathname } = new URL(azurite.accountUrl);
      await using proxy = await faultyProxy(origin, (number) => {
        if (number < after) return 'none';
        controller.abort(reason);
        return 'no answer';
      });
      if (after === 0) controller.abort(reason);
      await expect(scanner(dataExport, { ...settings, account: `${proxy.url}${pathname}` }, cache).scan(undefined, { signal: controller.signal })).rejects.toBe(reason);
      expect(proxy.seen.length).toBe(after);
      expect(await readdir(join(cache, 'blobs')).catch(() => [])).toEqual([]);
    });
  });
});

describe('keeps every promise of a data source', async () => {
  const { settings } = await anExport({ [hour]: line('1') + line('2'), [hour.replace('PT1H', 'PT1H_1')]: `${line('2')}${line('3')}{"torn` });
  const cache = await mkdtemp(join(tmpdir(), 'byoml-check-'));
  afterAll(() => rm(cache, { recursive: true, force: true }));
  for (const { name, run } of dataSourceChecks(dataExport, { settings, missing: { ...settings, table: 'SigninLogs' }, rows: 3, engine: async () => memoryEngine(), services: { cache: { path: cache } } })) test(name, run);
});
