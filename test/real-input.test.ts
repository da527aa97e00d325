import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { scopeFolder, type Engine } from '@byoml/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accesses, newFolder, openEngine, pairAlgorithms, pairs, read, readPlain, soundScores, total, trained, type Reading } from './access-pipeline.ts';
import { exportFolder } from './generated-export.ts';
import { inCi } from './tier.ts';

const fixture = (path: string): string => join(import.meta.dirname, 'fixtures', path);
const shareFile = fixture('windows-security-otrf/share_access_5140_5145.jsonl.gz');
const lines = gunzipSync(readFileSync(shareFile)).toString('utf8').trimEnd().split('\n');
const nested = lines.filter((line) => 'event_data' in (JSON.parse(line) as object));
const flat = lines.filter((line) => !nested.includes(line));

const jsonLines = (of: readonly string[]): string => {
  const path = join(newFolder(), 'events.jsonl');
  writeFileSync(path, `${of.join('\n')}\n`);
  return path;
};

const shares = (path: string, settings: object = {}): Reading => ({ from: { path }, view: 'windows-file-shares', settings });

const isoDay = (day: number): string => new Date(day * 864e5).toISOString().slice(0, 10);

let engine: Engine;
beforeAll(async () => void (engine = await openEngine()));
afterAll(() => engine[Symbol.asyncDispose]());

describe('695 real events of shares', () => {
  test.each([
    { shape: 'both shapes in one file', of: lines, events: 695, kept: 28 },
    { shape: 'flat only (NXLog)', of: flat, events: 648, kept: 23 },
    { shape: 'nested only (winlogbeat)', of: nested, events: 47, kept: 5 },
  ])('$shape: all $events are counted without the noise filter, $kept with it', async ({ of, events, kept }) => {
    const path = jsonLines(of);
    expect(total(await accesses(engine, shares(path, { noise: 'keep' })))).toBe(events);
    expect(total(await accesses(engine, shares(path)))).toBe(kept);
  });

  test.each([{ events: '5140', count: 137 }, { events: '5145', count: 558 }])('$events alone are $count', async ({ events, count }) => {
    expect(total(await accesses(engine, shares(shareFile, { noise: 'keep', events })))).toBe(count);
  });

  test('named as the events name them (account, share), exactly two pairs of 28 events remain', async () => {
    const remaining = await accesses(engine, shares(shareFile, { user: 'name', resource: 'share' }));
    expect(pairs(remaining)).toEqual([String.raw`apt-simulator → \\*\ADMIN$`, String.raw`pgustavo → \\*\C$`]);
    expect(total(remaining)).toBe(28);
  });

  test('by default the two labs in which a pgustavo opened a C$ are told apart by domain and server', async () => {
    const remaining = await accesses(engine, shares(shareFile));
    expect(remaining.map(({ user, resource, count, sourceHosts }) => [user, resource, count, sourceHosts])).toEqual([
      [String.raw`SHIRE\pgustavo`, String.raw`\\HR001.SHIRE.COM\C$`, 5, ['172.18.39.105']],
      [String.raw`THESHIRE\pgustavo`, String.raw`\\WORKSTATION6.THESHIRE.LOCAL\C$`, 8, ['172.18.39.5']],
      [String.raw`WORKSTATION5\apt-simulator`, String.raw`\\WORKSTATION5\ADMIN$`, 15, ['fe80::5d54:ed5a:760f:c4ff']],
    ]);
    expect(remaining.map(({ day }) => isoDay(day))).toEqual(['2019-04-03', '2020-10-09', '2021-06-11']);
    expect(new Date(remaining[0]?.firstSeen ?? Number.NaN).toISOString()).toBe('2019-04-03T17:38:05.505Z');
    for (const { day, firstSeen, lastSeen } of remaining) expect([Math.floor(firstSeen / 864e5), Math.floor(lastSeen / 864e5)]).toEqual([day, day]);
  });

  test('an event that only has a local time is dated by it, others by their UTC time', async () => {
    const [local] = await accesses(engine, shares(jsonLines(lines.filter((line) => !line.includes('@timestamp'))), { noise: 'keep' }));
    expect(local).toMatchObject({ user: String.raw`WORKSTATION5\wardog`, count: 2, day: Date.UTC(2020, 9, 19) / 864e5 });
  });
});

describe('the same events as a data-export folder (generated layout)', () => {
  const timeOf = (record: Readonly<Record<string, unknown>>): string => (record['@timestamp'] as string | undefined) ?? `${(record['TimeCreated'] as string).replace(' ', 'T')}Z`;
  const records = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

  const givesTheSame = async (layout: 'PT05M' | 'PT1H'): Promise<void> => {
    const path = exportFolder(newFolder(), records, { layout, timeOf });
    for (const settings of [{}, { noise: 'keep' }]) {
      const exported = await accesses(engine, { source: 'data-export', from: { path, table: 'SecurityEvent' }, view: 'windows-file-shares', settings });
      expect(exported).toEqual(await accesses(engine, shares(shareFile, settings)));
    }
  };
  test('PT05M gives the rows of the plain file', () => givesTheSame('PT05M'));
  test.skipIf(!inCi)('PT1H gives the rows of the plain file (CI tier)', () => givesTheSame('PT1H'));
});

const samples = [
  { name: 'share accesses', ...shares(shareFile, { noise: 'keep' }), events: 695, users: 19 },
  { name: 'CloudTrail', from: { path: fixture('cloudtrail/cloudtrail_20230710.jsonl.gz') }, view: 'cloudtrail-api-calls', events: 2900, users: 19 },
  { name: 'SigninLogs', from: { path: fixture('sentinel-samples/aad_logons.csv.gz') }, view: 'sign-ins', events: 84, users: 6 },
  { name: 'OfficeActivity', from: { path: fixture('sentinel-samples/demo_exchange_data.csv.gz') }, view: 'office-operations', events: 244, users: 5 },
];

describe.each(samples)('$name through its view', (sample) => {
  test('counts every event it says it counts', async () => {
    const counted = await accesses(engine, sample);
    expect(total(counted)).toBe(sample.events);
    expect(new Set(counted.map(({ user }) => user)).size).toBe(sample.users);
  });

  const isSound = async (definition: (typeof pairAlgorithms)[number]): Promise<void> => {
    const relation = await read(engine, sample);
    const model = await trained(definition, relation);
    const known = await soundScores(model, relation);
    expect(known.length).toBe(await relation.count());
    for (const { status } of known) expect(status).toBe('known');

    const seen = await accesses(engine, sample);
    const crossed = seen.flatMap(({ user, resource }, i) => [
      { user, resource: seen.at(-1 - i)?.resource },
      { user, resource: 'never seen' },
      { user: 'never seen', resource },
      { user: 'never seen', resource: 'never seen' },
    ]);
    const fresh = await soundScores(model, await readPlain(engine, jsonLines(crossed.map((row) => JSON.stringify(row)))));
    expect(fresh).toHaveLength(crossed.length);
    expect(fresh.filter((_, i) => i % 4 !== 0).map(({ status }) => status)).toEqual(seen.flatMap(() => ['new-resource', 'new-user', 'new-both']));
  };
  /** Every algorithm on one sample, and one of them on the others; CI takes all. */
  for (const [i, definition] of pairAlgorithms.entries()) {
    const isOther = i > 0 && sample !== samples[0];
    test.skipIf(isOther && !inCi)(`and ${definition.id} gives finite scores and valid statuses${isOther ? ' (CI tier)' : ''}`, () => isSound(definition));
  }
});

test('records without a user are left out, and kept they count what was left out', async () => {
  const office = { from: { path: fixture('sentinel-samples/demo_exchange_data.csv.gz') }, view: 'office-operations' };
  const all = await accesses(engine, { ...office, settings: { unknown: 'keep' } });
  expect(total(all)).toBe(1334);
  expect(total(all.filter(({ user }) => user === '(unknown)'))).toBe(1090);
  expect(all.filter(({ user }) => user !== '(unknown)')).toEqual(await accesses(engine, office));
});

describe('two scopes with the same user names', () => {
  test.each(pairAlgorithms.map((definition) => ({ id: definition.id, definition })))("$id: A's digest is the same with and without B", async ({ definition }) => {
    const seen = await accesses(engine, shares(shareFile, { noise: 'keep' }));
    const ofA = seen.map(({ user, resource, count, day }) => JSON.stringify({ scope: 'A', user, resource, count, day: isoDay(day) }));
    const ofB = seen.map(({ user, count, day }, i) => JSON.stringify({ scope: 'B', user, resource: `\\\\B\\${i % 17}`, count: count + i, day: isoDay(day) }));
    const mixed = ofA.flatMap((line, i) => [ofB[i] as string, line]);
    const alone = await trained(definition, await readPlain(engine, jsonLines(ofA)));
    const together = await trained(definition, await readPlain(engine, jsonLines(mixed)));
    const digestOfA = alone.manifest.scopes[scopeFolder('A')];
    expect(digestOfA).toMatch(/^[0-9a-f]{64}$/);
    expect(together.manifest.scopes[scopeFolder('A')]).toBe(digestOfA);
    expect(together.manifest.scopes[scopeFolder('B')]).not.toBe(digestOfA);
  });
});
