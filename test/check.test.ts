import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inCi } from './tier.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const walk = 'anomalous-resource-access/access-walk';
const shares = 'anomalous-resource-access/windows-file-shares';
let folder = '';

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly json: any;
}

function check(...args: string[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [byoml, 'check', ...args], { encoding: 'utf8', cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
  return { status, stdout, stderr, json: args.includes('--json') ? JSON.parse(stdout) : undefined };
}

type Event = Readonly<Record<string, unknown>>;

/** Share accesses of 7 people to 5 shares on 28 days; every tenth by a machine account. */
const events: readonly Event[] = Array.from({ length: 560 }, (_, i) => ({
  EventID: i % 2 ? 5140 : 5145,
  TimeGenerated: `2026-11-${String(1 + (i % 28)).padStart(2, '0')}T08:00:00Z`,
  Account: `CORP\\${i % 10 === 9 ? 'HOST$' : `u${i % 7}`}`,
  SubjectUserName: i % 10 === 9 ? 'HOST$' : `u${i % 7}`,
  SubjectDomainName: 'CORP',
  Computer: 'fs1',
  ShareName: `\\\\*\\s${i % 5}`,
  IpAddress: '10.0.0.1',
}));

const write = (name: string, records: readonly Event[]): void => writeFileSync(join(folder, name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const renamed = (from: string, to: string) => events.map(({ [from]: value, ...rest }) => ({ ...rest, [to]: value }));

function detection(name: string, lines: readonly string[]): void {
  mkdirSync(join(folder, 'soc/detections'), { recursive: true });
  writeFileSync(join(folder, 'soc/detections', `${name}.yaml`), ['version: 1', `name: ${name}`, `algorithm: ${walk}`, ...lines, ''].join('\n'));
}

const inline = (share: string): string => `view: { table: SecurityEvent, columns: { user: Account, resource: ${share}, lastSeen: TimeGenerated }, where: [ { column: EventID, in: [5140, 5145] } ] }`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'byoml-check-'));
  writeFileSync(join(folder, 'plain.csv'), `user,resource,day,count\n${events.map((_, i) => `u${i % 7},s${i % 5},2026-11-${String(1 + (i % 28)).padStart(2, '0')},1`).join('\n')}\n`);
  writeFileSync(join(folder, 'renamed.csv'), `Account,ShareName,when,hits\n${events.map((_, i) => `u${i % 7},s${i % 5},2026-11-01T08:00:00Z,1`).join('\n')}\n`);
  write('ok.jsonl', events);
  write('share.jsonl', renamed('ShareName', 'Share'));
  detection('inline', ['source: { use: files/table, settings: { path: ../ok.jsonl } }', inline('ShareName'), 'rules: [ anomalous-resource-access/unusual-access ]']);
  detection('component', ['source: { use: files/table, settings: { path: ../ok.jsonl } }', `view: ${shares}`]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an algorithm against data', () => {
  test('data with its columns fits; each column is told', () => {
    const { status, json } = check(walk, '--source', 'plain.csv', '--json');
    expect([status, json.verdict, json.target, json.source, json.rows]).toEqual([0, 'fit', walk, 'plain.csv', 560]);
    const columns = new Map(json.columns.map((column: { name: string }) => [column.name, column]));
    expect(columns.get('user')).toEqual({ name: 'user', readBy: 'algorithm', required: true, present: true, nullShare: 0, distinct: 7, problem: null, suggestion: null, lost: null });
    expect(columns.get('manager')).toMatchObject({ present: false, required: false, nullShare: 1 });
  });

  test('a renamed column ends with 3 and is named; with the mapping it ends with 0', () => {
    const refused = check(walk, '--source', 'renamed.csv');
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringMatching(/"user" \(perhaps "Account"\), "resource" \(perhaps "ShareName"\).*--map user=Account --map resource=ShareName[^]*COLUMNS_MISSING/u)]);
    const { status, json } = check(walk, '--source', 'renamed.csv', '--map', 'user=Account', '--map', 'resource=ShareName', '--map', 'lastSeen=when', '--map', 'count=hits', '--json');
    expect([status, json.verdict]).toEqual([0, 'fit']);
    expect(json.notes).toContainEqual(expect.stringContaining('view: { table: data, columns: { user: Account, resource: ShareName, count: hits, lastSeen: when } }'));
  });

  test.skipIf(!inCi)('a failure carries the whole fit, so that a program can act on it (CI tier)', () => {
    const { status, json } = check(walk, '--source', 'renamed.csv', '--json');
    expect([status, json.error.code]).toEqual([3, 'COLUMNS_MISSING']);
    expect(json.error.details.missing).toEqual(['user', 'resource']);
    expect(json.error.details.fit).toMatchObject({ verdict: 'unfit', suggestions: expect.arrayContaining([{ column: 'user', path: 'Account' }, { column: 'resource', path: 'ShareName' }]) });
  });

  test('without days it fits partly, and says what is lost', () => {
    writeFileSync(join(folder, 'undated.csv'), 'user,resource\nann,hr\nbob,it\n');
    const { status, json } = check(walk, '--source', 'undated.csv', '--json');
    expect([status, json.verdict]).toEqual([0, 'partial']);
    expect(json.columns.filter(({ lost }: { lost: string | null }) => lost !== null)).toEqual([expect.objectContaining({ name: 'day', lost: expect.stringContaining('provisional') })]);
  });

  test('cells that do not fit are named with their rows, all columns at once', () => {
    writeFileSync(join(folder, 'cells.csv'), 'user,resource,count,day\nann,hr,1,2026-01-01\n,it,x,2026-01-02\nbob,it,-1,someday\n');
    const { status, json } = check(walk, '--source', 'cells.csv', '--json');
    expect([status, json.error.code]).toEqual([3, 'CELL_INVALID']);
    const problems = Object.fromEntries(json.error.details.fit.columns.flatMap(({ name, problem }: { name: string; problem: { row: number } | null }) => (problem ? [[name, problem.row]] : [])));
    expect(problems).toEqual({ user: 2, count: 2, day: 3 });
  });

  test('raw events fit through a view, which is suggested', () => {
    expect(check(walk, '--source', 'ok.jsonl').stderr).toContain(`--view ${shares}`);
    const { status, json } = check(walk, '--source', 'ok.jsonl', '--view', shares, '--json');
    expect([status, json.verdict]).toEqual([0, 'fit']);
    const { rows: _, ...view } = json.view;
    expect(view).toEqual({ view: shares, records: 560, users: 7, resources: 5, days: 28, from: '2026-11-01', to: '2026-11-28', dropped: { share: 0.1, noise: [{ kind: 'machine accounts', records: 56 }], unusable: 0 } });
  });

  const refusal = (source: string): unknown[] => {
    const { status, json } = check(walk, '--source', source, '--json');
    return [status, json.error.code];
  };

  test('a missing file is told', () => {
    expect(refusal('nothing.csv')).toEqual([3, 'FILE_MISSING']);
  });

  test.skipIf(!inCi)('an empty file and a folder without a table are told (CI tier)', () => {
    writeFileSync(join(folder, 'empty.csv'), 'user,resource\n');
    expect(['empty.csv', 'soc'].map(refusal)).toEqual([[3, 'DATA_EMPTY'], [2, 'USAGE_INVALID']]);
  });
});

describe('a detection against data', () => {
  test('its own data fits, and its techniques are named', () => {
    const { status, json } = check('inline', '--workspace', 'soc', '--json');
    expect([status, json.target, json.source, json.verdict, json.attack]).toEqual([0, 'inline', '../ok.jsonl', 'fit', expect.arrayContaining(['T1021.002'])]);
  });

  test('a renamed column ends with 3 and is named; with the mapping in its file it ends with 0', () => {
    const refused = check('inline', '--workspace', 'soc', '--source', 'share.jsonl', '--json');
    expect([refused.status, refused.json.error.code, refused.json.error.details.missing]).toEqual([3, 'COLUMNS_MISSING', ['ShareName']]);
    expect(refused.json.error.message).toContain('(perhaps "Share")');
    detection('mended', ['source: { use: files/table, settings: { path: ../share.jsonl } }', inline('Share')]);
    expect(check('soc/detections/mended.yaml').status).toBe(0);
  });

  test('of a view with many spellings the one that matters is named, and what it suggests to write works', () => {
    const { status, json } = check('component', '--workspace', 'soc', '--source', 'share.jsonl', '--json');
    expect([status, json.error.details.missing]).toEqual([3, ['ShareName']]);
    const [written] = /view: \{.*\}/u.exec(json.error.details.remedy) ?? [];
    detection('rewritten', ['source: { use: files/table, settings: { path: ../share.jsonl } }', written ?? '']);
    const mended = check('rewritten', '--workspace', 'soc', '--json');
    expect([mended.status, mended.json.view.days]).toEqual([0, 28]);
  });

  interface Other {
    readonly name: string;
    readonly records: () => readonly Event[];
    readonly code: string;
    readonly says: RegExp;
  }
  const others: readonly Other[] = [
    { name: 'a time under another name', records: () => renamed('TimeGenerated', 'Moment'), code: 'COLUMNS_MISSING', says: /"TimeGenerated"/u },
    { name: 'the number of the event under another name', records: () => renamed('EventID', 'Id'), code: 'COLUMNS_MISSING', says: /"EventID" \(perhaps "Id"\)/u },
    { name: 'a time that is none', records: () => events.map((event) => ({ ...event, TimeGenerated: 'yesterday' })), code: 'CELL_INVALID', says: /"TimeGenerated".*yesterday/u },
    { name: 'other events only', records: () => events.map((event) => ({ ...event, EventID: 4624 })), code: 'DATA_EMPTY', says: /5140 or 5145; there are 4624/u },
    { name: 'noise only', records: () => events.map((event) => ({ ...event, SubjectUserName: 'HOST$' })), code: 'DATA_EMPTY', says: /machine accounts.*noise=keep/u },
  ];
  /** The one whose code has no other test here; CI takes all. */
  const always = ['noise only'];
  const isTold = ({ records, code, says }: Other): void => {
    write('other.jsonl', records());
    const { status, json } = check('component', '--workspace', 'soc', '--source', 'other.jsonl', '--json');
    expect([status, json.error.code, json.error.message]).toEqual([3, code, expect.stringMatching(says)]);
  };
  test.each(others.filter(({ name }) => always.includes(name)))('$name is told as what it is', isTold);
  test.skipIf(!inCi).each(others.filter(({ name }) => !always.includes(name)))('$name is told as what it is (CI tier)', isTold);

  test('filters that leave nothing do not fit; others are told', () => {
    const source = 'source: { use: files/table, settings: { path: ../ok.jsonl } }';
    detection('some', [source, inline('ShareName'), "filters: [ { column: resource, notMatching: 's1$' } ]"]);
    detection('none', [source, inline('ShareName'), "filters: [ { column: user, matching: '^admin' } ]"]);
    expect(check('some', '--workspace', 'soc', '--json').json.notes).toContainEqual(expect.stringMatching(/filters keep \d+ of \d+ rows/u));
    expect(check('none', '--workspace', 'soc', '--json').json.error.code).toBe('DATA_EMPTY');
  });

  const joined = (columns: string): string[] => ['source: { use: files/table, settings: { path: ../ok.jsonl } }', `view: ${shares}`, `enrich: [ { source: { use: files/table, settings: { path: ../people.csv } }, key: user, columns: [${columns}] } ]`];
  test('a joined table says how many users it knows', () => {
    writeFileSync(join(folder, 'people.csv'), 'user,team\nCORP\\u0,a\nCORP\\u1,b\nCORP\\stranger,c\n');
    detection('joined', joined('team'));
    expect(check('joined', '--workspace', 'soc', '--json').json.notes).toContainEqual(expect.stringMatching(/people\.csv knows 2 of 7 distinct users: team/u));
  });

  test.skipIf(!inCi)('a column that the joined table does not have is named (CI tier)', () => {
    writeFileSync(join(folder, 'people.csv'), 'user,team\nCORP\\u0,a\n');
    detection('unjoined', joined('title'));
    expect(check('unjoined', '--workspace', 'soc', '--json').json.error).toMatchObject({ code: 'COLUMNS_MISSING', details: { missing: ['title'] } });
  });

  test('days are needed: a detection works day by day', () => {
    writeFileSync(join(folder, 'no-days.csv'), 'user,resource,Date\nann,hr,2026-01-01\n');
    detection('undated', ['source: { use: files/table, settings: { path: ../no-days.csv } }']);
    expect(check('undated', '--workspace', 'soc', '--json').json.error).toMatchObject({ code: 'COLUMNS_MISSING', message: expect.stringMatching(/"day" \(perhaps "Date"\).*view: \{/u) });
  });

  test('what does not go together is refused, and so is a detection that does not exist', () => {
    expect(check('inline', '--map', 'user=x', '--workspace', 'soc', '--json')).toMatchObject({ status: 2, json: { error: { code: 'USAGE_INVALID' } } });
    expect(check('unknown', '--workspace', 'soc', '--json').json.error.code).toBe('DETECTION_UNKNOWN');
  });

  test.skipIf(!inCi)('whatever else does not go together is refused (CI tier)', () => {
    const usage = [['inline', '--set', 'path=x', '--workspace', 'soc'], [walk], [walk, '--source', 'plain.csv', '--map', 'usr=x'], [walk, '--source', 'ok.jsonl', '--map', 'user=x', '--view', shares]];
    expect(usage.map((args) => check(...args, '--json')).map(({ status, json }) => [status, json.error.code])).toEqual(usage.map(() => [2, 'USAGE_INVALID']));
    expect(check('inline', '--json').json.error.code).toBe('WORKSPACE_MISSING');
  });
});

test('checking writes nothing', () => {
  const before = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }));
  check('inline', '--workspace', 'soc');
  check(walk, '--source', 'renamed.csv');
  expect(new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }))).toEqual(before);
});
