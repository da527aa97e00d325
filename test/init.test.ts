import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDetection } from '@byoml/core/detection-file';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportFolder } from './generated-export.ts';
import { inCi } from './tier.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const shares = 'anomalous-resource-access/windows-file-shares';
let folder = '';
const at = (...parts: string[]): string => join(folder, ...parts);

const run = (...args: string[]) => spawnSync(process.execPath, [byoml, ...args], { encoding: 'utf8', cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
function init(...args: string[]): { status: number | null; json: any } {
  const { status, stdout } = run('init', ...args, '--json');
  return { status, json: JSON.parse(stdout) };
}
const detectionIn = (workspace: string, name: string) => parseDetection(readFileSync(at(workspace, 'detections', `${name}.yaml`), 'utf8'), `${name}.yaml`).detection;

const days = 31;
const share = (i: number): string => (i % 10 === 8 ? 'IPC$' : `s${i % 5}`);
const user = (i: number): string => (i % 10 < 5 ? 'HOST$' : `u${i % 7}`);

/** 50 records a day: half by a machine account, a tenth of them of IPC$. GENERATED. */
const records = Array.from({ length: 50 * days }, (_, i) => ({
  EventID: 5140,
  time: new Date(Date.UTC(2026, 9, 25 + (i % days), 8 + (i % 2), i % 60)).toISOString(),
  Account: `CORP\\${user(i)}`, SubjectUserName: user(i), SubjectDomainName: 'CORP', Computer: 'fs1', ShareName: `\\\\*\\${share(i)}`, IpAddress: '10.0.0.1',
}));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'byoml-init-'));
  exportFolder(at('export'), records, { layout: 'PT1H', timeOf: (record) => String(record['time']) });
  writeFileSync(at('people.csv'), `user,team,shoe\n${Array.from({ length: 7 }, (_, i) => `CORP\\u${i},t${i % 2},42`).join('\n')}\n`);
  mkdirSync(at('plain'));
  writeFileSync(at('plain/accesses.csv'), 'user,resource,day,count\nann,hr,2026-01-01,3\nbob,it,2026-04-30,1\nbob,,2026-05-30,1\n');
  writeFileSync(at('plain/logons.csv'), 'Account,Server,Time,Extra\nann,hr,2026-01-01T10:00:00Z,1\nbob,it,2026-01-02T10:00:00Z,2\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a data export', () => {
  test('is looked at, and a detection is written that fits it', () => {
    const { status, json } = init('soc', '--source', 'files/data-export', '--set', 'path=./export', '--set', 'table=SecurityEvent');
    expect(status).toBe(0);
    expect(json.look).toMatchObject({ days, from: '2026-10-25', to: '2026-11-24', events: 1550, accounts: 7, skippedShare: 0.6, skipped: [{ kind: 'machine accounts', records: 775 }, { kind: 'IPC$', records: 155 }], busiest: [] });
    expect([json.detection, json.file, json.view]).toEqual(['share-access', at('soc/detections/share-access.yaml'), shares]);
    expect(detectionIn('soc', 'share-access')).toMatchObject({
      source: { use: 'files/data-export', settings: { path: '../export', table: 'SecurityEvent' } },
      view: { use: shares },
      enrich: [{ source: { settings: { path: '../people.csv' } }, key: 'user', columns: ['team'] }],
      algorithm: { use: 'anomalous-resource-access/access-walk' },
      train: { window: days * 86_400_000 },
      budget: { perDay: 10 },
      rules: [{ use: 'anomalous-resource-access/unusual-access' }],
      sinks: [{ use: 'files/table', settings: { path: './results.jsonl', mode: 'append' } }],
    });
    const checked = run('check', 'share-access', '--workspace', 'soc', '--json');
    expect([checked.status, JSON.parse(checked.stdout).verdict]).toEqual([0, 'fit']);
  });

  test('the line for people says how much there is and what is skipped', () => {
    const { status, stdout } = run('init', 'read', '--source', 'export', '--set', 'table=SecurityEvent');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/31 days, 1,550 events, 7 accounts, \d shares · skipped: 60 % machine accounts, IPC\$[^]*next: byoml check share-access --workspace read\n +byoml preview share-access[^]*byoml run share-access/u)]);
  });

  test('accounts that open far more than others are named, for somebody who knows them to list; nothing is listed by itself', () => {
    const scan = Array.from({ length: 40 }, (_, i) => ({ EventID: 5140, time: '2026-11-20T03:00:00.000Z', Account: 'CORP\\svc-scan', SubjectUserName: 'svc-scan', SubjectDomainName: 'CORP', Computer: 'fs2', ShareName: `\\\\*\\t${i}`, IpAddress: '10.0.0.2' }));
    exportFolder(at('scanned'), [...records, ...scan], { layout: 'PT1H', timeOf: (record) => String(record['time']) });
    const { status, stdout } = run('init', 'heavy', '--source', 'scanned', '--set', 'table=SecurityEvent');
    expect([status, stdout]).toEqual([0, expect.stringContaining('far more shares in a day than others: CORP\\svc-scan (40) (by trade? list them: scanners: in the detection file)')]);
    expect(readFileSync(at('heavy/detections/share-access.yaml'), 'utf8')).toContain('# Opened far more in a day than others: CORP\\svc-scan (40). Those that do so by trade belong under scanners.');
    expect(detectionIn('heavy', 'share-access').scanners).toEqual([]);
  });

  test('a detection that is there is never written over', () => {
    const args = ['twice', '--source', 'export', '--set', 'table=SecurityEvent'];
    mkdirSync(at('twice/detections'), { recursive: true });
    writeFileSync(at('twice/detections/share-access.yaml'), 'my own work');
    const { status, json } = init(...args);
    expect([status, json.error.code, readFileSync(at('twice/detections/share-access.yaml'), 'utf8')]).toEqual([2, 'FOLDER_OCCUPIED', 'my own work']);
    expect(init(...args, '--name', 'second').status).toBe(0);
    expect(readdirSync(at('twice/detections')).toSorted()).toEqual(['second.yaml', 'share-access.yaml']);
  });
});

describe('a table', () => {
  test('with the columns themselves needs no view; the window is what there is', () => {
    const { status, json } = init('table', '--source', 'plain/accesses.csv', '--name', 'wiki');
    expect([status, json.view, json.look]).toEqual([0, null, { days: 2, from: '2026-01-01', to: '2026-04-30', events: 4, accounts: 2, resources: 2, skippedShare: 0, skipped: [], busiest: [] }]);
    expect(json.next.at(-1)).toMatch(/^byoml run wiki --workspace table --now 2026-05-01T/u);
    expect(detectionIn('table', 'wiki')).toMatchObject({ view: null, train: { window: 90 * 86_400_000 }, source: { settings: { path: '../plain/accesses.csv' } } });
  });

  test('with other names is refused with the mapping, and taken with it', () => {
    const refused = init('mapped', '--source', 'plain/logons.csv');
    expect([refused.status, refused.json.error.code, existsSync(at('mapped'))]).toEqual([3, 'COLUMNS_MISSING', false]);
    const flags = [...refused.json.error.message.matchAll(/--map (\S+)/gu)].flatMap(([, map]) => ['--map', map as string]);
    expect(init('mapped', '--source', 'plain/logons.csv', ...flags).status).toBe(0);
    expect(detectionIn('mapped', 'access')).toMatchObject({ view: { columns: { user: 'Account', resource: 'Server', lastSeen: 'Time' } } });
    expect(run('check', 'access', '--workspace', 'mapped').status).toBe(0);
  });

  test('of raw events is read through the view that knows them', () => {
    writeFileSync(at('plain/raw.jsonl'), records.map(({ time, ...record }) => `${JSON.stringify({ ...record, TimeGenerated: time })}\n`).join(''));
    expect(init('raw', '--source', 'plain/raw.jsonl').json).toMatchObject({ view: shares, look: { days, events: 1550 }, people: null });
  });
});

interface Wrong {
  readonly name: string;
  readonly args: readonly string[];
  readonly status: number;
  readonly code: string;
}
const wrong: readonly Wrong[] = [
  { name: 'a file as the workspace', args: ['people.csv', '--source', 'plain/accesses.csv'], status: 2, code: 'FOLDER_OCCUPIED' },
  { name: 'a source that is not there', args: ['bad', '--source', 'nothing.csv'], status: 3, code: 'FILE_MISSING' },
  { name: 'a folder of the export that is not there', args: ['bad', '--source', 'export', '--set', 'table=SigninLogs'], status: 3, code: 'FILE_MISSING' },
  { name: 'no table named', args: ['bad', '--source', 'export'], status: 2, code: 'USAGE_INVALID' },
  { name: 'a name that is none', args: ['bad', '--source', 'plain/accesses.csv', '--name', '../elsewhere'], status: 2, code: 'USAGE_INVALID' },
  { name: 'a view that is not installed', args: ['bad', '--source', 'plain/accesses.csv', '--view', 'anomalous-resource-access/nothing'], status: 4, code: 'COMPONENT_NOT_FOUND' },
  { name: 'no source', args: ['bad'], status: 2, code: 'USAGE_INVALID' },
];
/** One of each code that the work itself finds; CI takes all. */
const always = ['a file as the workspace', 'a source that is not there', 'a name that is none'];
const writesNothing = ({ args, status, code }: Wrong): void => {
  const answer = init(...args);
  expect([answer.status, answer.json.error.code, existsSync(at('bad')), existsSync(at('elsewhere.yaml'))]).toEqual([status, code, false, false]);
};
test.each(wrong.filter(({ name }) => always.includes(name)))('$name: $code, and nothing is written', writesNothing);
test.skipIf(!inCi).each(wrong.filter(({ name }) => !always.includes(name)))('$name: $code, and nothing is written (CI tier)', writesNothing);

test('no rows: what was looked for is said', () => {
  writeFileSync(at('plain/logons.jsonl'), '{"EventID":4624,"Account":"CORP\\\\ann","TimeGenerated":"2026-01-01T00:00:00Z"}\n');
  const { status, json } = init('bad', '--source', 'plain/logons.jsonl', '--view', shares);
  expect([status, json.error.code, json.error.message]).toEqual([3, 'DATA_EMPTY', expect.stringMatching(/EventID 5140 or 5145; there are 4624/u)]);
});
