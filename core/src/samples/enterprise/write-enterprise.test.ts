import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Progress } from '../../contracts/run.ts';
import { generateEnterprise } from './enterprise.ts';
import { writeEnterprise, type ExportLayout, type EnterpriseReport } from './write-enterprise.ts';

const shape = { seed: 3, users: 80, days: 30, attackFrom: 16, campaigns: { sweeps: 1, fanOuts: 1, insiders: 1 } };

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'byoml-enterprise-'))));
afterAll(() => rm(folder, { recursive: true }));

const quiet = (): { signal: AbortSignal; progress: (update: Progress) => void } => ({ signal: new AbortController().signal, progress: () => {} });
/** A week without campaigns: few enough files. */
const week = { seed: 3, users: 40, days: 7, campaigns: { sweeps: 0, fanOuts: 0, insiders: 0 } };
const write = (name: string): Promise<EnterpriseReport> => writeEnterprise({ ...shape, out: join(folder, name) }, quiet());

async function filesOf(dir: string): Promise<Map<string, string>> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(await Promise.all(paths.map(async (path) => [relative(dir, path), await readFile(path, 'utf8')] as const)));
}

const digest = (files: ReadonlyMap<string, string>): string => createHash('sha256').update(JSON.stringify([...files])).digest('hex');
const linesOf = (files: ReadonlyMap<string, string>): string[] => [...files].filter(([name]) => name.endsWith('.json')).flatMap(([, text]) => text.trimEnd().split('\n'));

test('the same options make the same bytes', async () => {
  await write('once');
  await write('again');
  expect(digest(await filesOf(join(folder, 'again')))).toBe(digest(await filesOf(join(folder, 'once'))));
});

test('records are those of Log Analytics: columns, types, ids of their own, in the folder of their hour', async () => {
  const report = await write('records');
  const files = await filesOf(report.export);
  const ids = new Set<string>();
  for (const [name, text] of files) {
    const place = /^am-securityevent\/WorkspaceResourceId=\/subscriptions\/.+\/y=(\d{4})\/m=(\d\d)\/d=(\d\d)\/h=(\d\d)\/m=00\/PT1H\.json$/.exec(name) as RegExpExecArray;
    for (const line of text.trimEnd().split('\n')) {
      const record = JSON.parse(line) as Record<string, unknown>;
      expect(record['TimeGenerated']).toMatch(new RegExp(String.raw`^${place[1]}-${place[2]}-${place[3]}T${place[4]}:\d\d:\d\d\.\d{7}Z$`));
      ids.add(record['_ItemId'] as string);
    }
  }
  expect(ids.size).toBe(report.events);
  const [opened, checked] = [5140, 5145].map((event) => linesOf(files).map((line) => JSON.parse(line) as Record<string, unknown>).find(({ EventID }) => EventID === event)) as [Record<string, unknown>, Record<string, unknown>];
  const columns = ['TenantId', 'SourceSystem', 'Channel', 'EventID', 'Activity', 'ObjectType', 'AccessMask', 'AccessList', 'TimeGenerated', 'Account', 'AccountType', 'SubjectUserName', 'SubjectDomainName', 'SubjectUserSid', 'SubjectLogonId', 'Computer', 'ShareName', 'ShareLocalPath', 'IpAddress', 'IpPort', 'Type', '_ItemId'];
  expect(Object.keys(opened)).toEqual(columns);
  expect(Object.keys(checked).toSorted()).toEqual([...columns, 'RelativeTargetName'].toSorted());
});

test('both layouts hold the same records', async () => {
  const written = (layout: ExportLayout): Promise<EnterpriseReport> => writeEnterprise({ ...week, out: join(folder, layout), layout }, quiet());
  const [hourly, often] = [await written('PT1H'), await written('PT05M')];
  const files = await filesOf(often.export);
  expect([...files.keys()].every((name) => /\/h=\d\d\/m=[0-5][05]\/PT05M\.json$/.test(name))).toBe(true);
  expect(linesOf(files).toSorted()).toEqual(linesOf(await filesOf(hourly.export)).toSorted());
});

test('three fifths of the records are noise, and every planted access is among the others', async () => {
  const report = await write('noise');
  const isNoise = (line: string): boolean => /"SubjectUserName":"[^"]+\$"|\\\\(?:IPC\$|SYSVOL|NETLOGON)"/.test(line);
  const kept = linesOf(await filesOf(report.export)).filter((line) => !isNoise(line));
  expect([kept.length, report.accesses / report.events]).toEqual([report.accesses, expect.toSatisfy((share: number) => share <= 0.4)]);
  const told = new Set(kept.map((line) => JSON.parse(line) as Record<string, string>).map(({ Account, Computer, ShareName, TimeGenerated, IpAddress }) => [Account, `\\\\${Computer}\\${ShareName?.slice(4)}`, TimeGenerated?.slice(0, 10), IpAddress].join(' ')));
  const truth = (await readFile(report.truth, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, string>);
  expect(truth).toEqual(generateEnterprise(shape).truth);
  expect(truth.filter(({ user, resource, day, sourceHost }) => !told.has([user, resource, day, sourceHost].join(' ')))).toEqual([]);
});

test('the folder says that it is generated, and the report and people.csv say what is in it', async () => {
  const report = await write('report');
  expect((await readdir(report.folder)).toSorted()).toEqual(['README.md', 'export', 'people.csv', 'truth.jsonl']);
  const readme = await readFile(join(report.folder, 'README.md'), 'utf8');
  expect(readme).toMatch(/nothing in it is real/);
  expect(readme).toContain('--seed 3 --users 80 --days 30');
  const people = (await readFile(report.people, 'utf8')).trimEnd().split('\n');
  expect(people[0]).toBe('user,manager,team,department,title');
  expect(people.slice(1).map((line) => line.split(',')[0])).toEqual(generateEnterprise(shape).people.map(({ user }) => user));
  expect(report).toMatchObject({ users: 80, days: 30, campaigns: 3, generated: true });
});

test('an earlier sample is replaced, through a link too; anything else stays', async () => {
  const made = await write('target');
  await symlink(made.folder, join(folder, 'link'));
  expect((await writeEnterprise({ ...shape, seed: 4, out: join(folder, 'link') }, quiet())).events).not.toBe(made.events);
  expect(await readFile(join(folder, 'target', 'README.md'), 'utf8')).toContain('--seed 4');
  await writeFile(join(folder, 'target', 'mine.txt'), 'x');
  await mkdir(join(folder, 'other', 'export'), { recursive: true });
  await writeFile(join(folder, 'file'), 'x');
  for (const name of ['target', 'other', 'file']) await expect(write(name)).rejects.toMatchObject({ code: 'FOLDER_OCCUPIED' });
  expect(await readFile(join(folder, 'target', 'mine.txt'), 'utf8')).toBe('x');
  await expect(write('file/below')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});

test('progress only grows to the last hour, and a stop leaves nothing', async () => {
  const told: Progress[] = [];
  await writeEnterprise({ ...shape, out: join(folder, 'whole') }, { ...quiet(), progress: (update) => told.push(update) });
  expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
  expect(told.at(-1)).toEqual({ done: 720, total: 720, unit: 'hours' });
  const before = await readdir(folder);
  const stop = new AbortController();
  await expect(writeEnterprise({ ...shape, out: join(folder, 'stopped') }, { signal: stop.signal, progress: () => stop.abort(new Error('stop')) })).rejects.toThrow('stop');
  expect(await readdir(folder)).toEqual(before);
});
