import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { ScanFile, Window } from '@byoml/core';
import { aRun, dataSourceChecks, inFolder, memoryEngine, recordingLogger } from '@byoml/core/testkit';
import { startAzurite } from '@byoml/fixtures/azurite';
import { faultyProxy } from '@byoml/fixtures/faulty-proxy';
import { afterAll, describe, expect, test } from 'vitest';
import { blobs } from './blobs.ts';
import type { Container, ListedBlob } from './client.ts';
import { copyPath } from './copy-file.ts';
import { copiesOf } from './copies.ts';
import { dataExport } from './data-export.ts';
import { hours, line, scanner, workspace, writer, type Writer } from './storage.test.fixture.ts';

const azurite = await startAzurite();
afterAll(() => azurite[Symbol.asyncDispose]());
const credential = { connectionString: azurite.connectionString };

let containers = 0;
async function aContainer(content: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Writer & { readonly settings: { readonly account: string; readonly container: string; readonly credential: object } }> {
  const name = `data-${++containers}`;
  const written = await writer(azurite, name);
  for (const [blob, bytes] of Object.entries(content)) await written.put(blob, bytes);
  return { ...written, settings: { account: azurite.accountUrl, container: name, credential } };
}
const named = (files: readonly ScanFile[]): string[] => files.map(({ label = '' }) => label.split(/\/data-\d+\//u)[1] ?? '');
const bytesOf = async ({ url, bytes, offset = 0 }: ScanFile): Promise<Buffer> => (await readFile(fileURLToPath(url))).subarray(offset, offset + bytes);
const found = (settings: object, window?: Window) => inFolder(async (cache) => {
  const { files, format, name, unique } = await scanner(blobs, settings, cache).scan(window);
  return { names: named(files), files, format, name, unique, contents: await Promise.all(files.map(bytesOf)) };
});

test('the ending tells the format; marks, empty blobs and other endings are no data', async () => {
  const { settings } = await aContainer({ 'b.jsonl': line('2'), 'a.jsonl': `\uFEFF${line('1')}`, 'c.jsonl.gz': gzipSync(line('3')), '_SUCCESS': 'x', 'notes.txt': 'x', 'empty.jsonl': '' });
  const { names, format, contents, name, files } = await found(settings);
  expect([names, format]).toEqual([['a.jsonl', 'b.jsonl', 'c.jsonl.gz'], 'jsonl']);
  expect(contents[0]?.toString()).toBe(line('1'));
  expect(files[2]?.url).toMatch(/\.jsonl\.gz$/);
  expect(name).toBe(`azure-storage/blobs (${settings.container}/)`);
});

test.each([['csv', 'a.csv', 'user\nann\n'], ['csv', 'a.csv.gz', gzipSync('user\nann\n')], ['parquet', 'a.parquet', 'PAR1…PAR1']])('%s: %s', async (format, blob, content) => {
  const { settings } = await aContainer({ [blob]: content });
  const { format: told, contents, files } = await found({ ...settings, unique: 'user' });
  expect([told, contents[0]]).toEqual([format, Buffer.from(content)]);
  expect(files[0]?.url.endsWith(blob.slice(1))).toBe(true);
});

test('several formats, or none, ask for the setting; it goes for names that tell nothing', async () => {
  const { settings } = await aContainer({ 'a.jsonl': line('1'), 'b.csv': 'x\n1\n', 'c.json': line('3'), 'd/e.json': line('4') });
  await expect(found(settings)).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN', message: expect.stringContaining('these are jsonl and csv') });
  await expect(found({ ...settings, prefix: 'c' })).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  expect((await found({ ...settings, format: 'jsonl' })).names).toEqual(['a.jsonl', 'c.json', 'd/e.json']);
  expect((await found({ ...settings, format: 'jsonl', prefix: 'd/' })).names).toEqual(['d/e.json']);
});

describe('the folders of an export job', () => {
  const job = 'workspaceId/1/jobId/2';
  test.each([
    ['timestamp=', (day: string, hour: string) => `${job}/timestamp=2026-11-${day}T${hour}/part-0.parquet`],
    ['year=', (day: string, hour: string) => `${job}/year=2026/month=11/day=${day}/hour=${hour}/part-0.parquet`],
  ])('%s tell the time, and what is outside the window is neither listed nor read', async (_name, blob) => {
    const times = [['23', '23'], ['24', '00'], ['24', '01'], ['24', '02'], ['24', '03'], ['25', '00']] as const;
    const { settings } = await aContainer(Object.fromEntries(times.map(([day, hour]) => [blob(day, hour), `PAR1${day}${hour}PAR1`])));
    const { origin, pathname } = new URL(azurite.accountUrl);
    await using proxy = await faultyProxy(origin, () => 'none');
    const through = { ...settings, account: `${proxy.url}${pathname}` };
    const { names, files } = await found(through, hours('24T01:00', '24T03:00'));
    expect(names).toEqual([blob('24', '01'), blob('24', '02')]);
    expect(files[0]?.span).toEqual({ from: new Date('2026-11-24T01:00:00Z'), to: new Date('2026-11-24T02:00:00Z') });
    expect(proxy.paths.some((path) => /day%3D2[35]|T23|11-25/u.test(path))).toBe(false);
    expect((await found(settings, hours('24T00:00', '25T00:00'))).names).toEqual(times.slice(1, 5).map(([day, hour]) => blob(day, hour)));
    expect((await found(settings)).names).toHaveLength(6);
  });
});

describe('hostile names', () => {
  test('are read, shown escaped, and nothing leaves the cache', async () => {
    const names = ['/leading.jsonl', 'ünï 漢字?#%2e.jsonl', `${'long/'.repeat(200)}x.jsonl`, 'tab\there.jsonl', '~/.ssh/id.jsonl', 'CON.jsonl', '%2e%2e/x.jsonl'];
    const { settings, put } = await aContainer(Object.fromEntries(names.map((name) => [name, line(name)])));
    await inFolder(async (outer) => {
      const cache = join(outer, 'deep', 'cache');
      // The service stores a backslash as a slash.
      await put('..\\..\\evil.jsonl', line('evil'));
      const { scan, said } = scanner(blobs, settings, cache);
      const { files } = await scan();
      expect(said.map(({ message }) => message)).toEqual([expect.stringMatching(/\/\.\.\/\.\.\/evil\.jsonl has a name that no request can say; it is left out$/)]);
      expect((await Promise.all(files.map(bytesOf))).map(String).sort()).toEqual(names.map((name) => line(name)).sort());
      for (const { label } of files) expect(label).toMatch(/^[\x21-\x7e]+$/);
      expect(await readdir(outer)).toEqual(['deep']);
      expect((await readdir(cache)).concat(await readdir(join(outer, 'deep')))).toEqual(['blobs', 'cache']);
      for (const name of await readdir(join(cache, 'blobs'))) expect(name).toMatch(/^[\da-f]{40}\.jsonl(\.copy)?$/);
    });
  });

  test.each(['../../etc/passwd', '..', '/etc/passwd', 'a\0b', '\u001b[2J', 'x'.repeat(1024), '\ud800'])('%j has a copy inside the folder', (name) => {
    const blob: ListedBlob = { name, bytes: 1, etag: '0x1', created: 0, grows: false };
    expect(copyPath('/cache/blobs', `https://a/c/${name}`, blob, '.jsonl')).toMatch(/^\/cache\/blobs\/[\da-f]{40}\.jsonl$/);
  });
});

test('a failure of one blob stops the others, and no part stays', async () => {
  const { settings } = await aContainer(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.jsonl`, line(String(i))])));
  const { origin, pathname } = new URL(azurite.accountUrl);
  await using proxy = await faultyProxy(origin, (_, __, path) => (path.includes('/7.jsonl') ? { status: 403, body: '<Error><Code>AuthorizationPermissionMismatch</Code></Error>' } : 'none'));
  await inFolder(async (cache) => {
    await expect(scanner(blobs, { ...settings, account: `${proxy.url}${pathname}` }, cache).scan()).rejects.toMatchObject({ code: 'ROLE_MISSING', message: expect.stringContaining('/7.jsonl') });
    expect((await readdir(join(cache, 'blobs'))).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

test('never more downloads at a time than allowed', async () => {
  let [running, most] = [0, 0];
  const body = async function* (): AsyncGenerator<Uint8Array> {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield Buffer.from(line('1'));
    running--;
  };
  const container = { address: 'https://a/c', addressOf: (name: string) => `https://a/c/${name}`, open: async () => ({ created: 0, body: body() }), failure: (thrown: unknown) => thrown } as unknown as Container;
  await inFolder(async (folder) => {
    const wanted = Array.from({ length: 20 }, (_, i) => ({ blob: { name: `${i}`, bytes: line('1').length, etag: '0x1', created: 0, grows: true }, ending: '.jsonl' }));
    await copiesOf(wanted, { container, folder, limitBytes: 1e9, parallel: 3, patience: { answerMs: 1000, waitsMs: [] }, log: recordingLogger(), run: aRun() });
    expect(most).toBe(3);
  });
});

describe.skipIf(process.platform === 'win32')('a process that is killed while it reads', () => {
  const blob = `${workspace('ws')}/y=2026/m=11/d=24/h=06/m=00/PT1H.json`;
  const block = Array.from({ length: 3000 }, (_, i) => line(String(i), 'x'.repeat(1000))).join('');

  test.each([['anew', 0], ['the rest', 1]])('%s leaves a cache that the next scan reads right', async (_name, before) => {
    const table = `Killed${before}`;
    const { append } = await writer(azurite, `am-${table.toLowerCase()}`);
    const settings = { account: azurite.accountUrl, table, credential };
    await inFolder(async (cache) => {
      if (before > 0) {
        await append(blob, line('first'));
        await scanner(dataExport, settings, cache).scan();
      }
      for (let i = 0; i < 6; i++) await append(blob, block);
      const { origin, pathname } = new URL(azurite.accountUrl);
      let reads = 0;
      await using proxy = await faultyProxy(origin, (_, __, path) => (path.includes('comp=list') || reads++ === 0 ? 'none' : 'no answer'));
      const told = JSON.stringify({ cache, settings: { ...settings, account: `${proxy.url}${pathname}` } });
      const child = spawn(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'scan.test.child.ts'), told], { stdio: ['ignore', 'ignore', 'inherit'] });
      const isHalf = async (): Promise<boolean> => (await Promise.all((await readdir(join(cache, 'blobs')).catch(() => [])).map((name) => stat(join(cache, 'blobs', name))))).some(({ size }) => size > 4_000_000);
      while (!(await isHalf())) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { files } = await scanner(dataExport, settings, cache).scan();
      const read = await bytesOf(files[0] as ScanFile);
      expect(read.toString() === (before > 0 ? line('first') : '') + block.repeat(6)).toBe(true);
    });
  });
});

describe('keeps every promise of a data source', async () => {
  const { settings } = await aContainer({ 'logs/a.jsonl': line('1') + line('2'), 'logs/b.jsonl': line('3') });
  const cache = await mkdtemp(join(tmpdir(), 'byoml-check-'));
  afterAll(() => rm(cache, { recursive: true, force: true }));
  for (const { name, run } of dataSourceChecks(blobs, { settings: { ...settings, prefix: 'logs/' }, missing: { ...settings, container: 'none' }, rows: 3, engine: async () => memoryEngine(), services: { cache: { path: cache } } })) test(name, run);
});
