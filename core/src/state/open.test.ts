import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { State } from './index.ts';
import { alert, calibrationDay, drain, model, outcome, removeWorkspaces, stateFile, stream, workspaceFolder } from './state.test.fixture.ts';
import { followingStatements } from './statements.test.fixture.ts';

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  removeWorkspaces();
});

/** A process that holds the workspace. */
async function holder(workspace: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'state.test.child.ts'), 'hold', workspace], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  await once(child.stdout, 'data');
  return child;
}

const failure = (code: string, ...parts: string[]) => expect.objectContaining({ code, exit: 7, message: parts.length === 0 ? expect.anything() : expect.stringContaining(parts.join('')) });

/** Changes the file behind the state's back. */
function altered(workspace: string, sql: string): void {
  const connection = new DatabaseSync(stateFile(workspace));
  connection.exec(sql);
  connection.close();
}

function filled(): string {
  const workspace = workspaceFolder();
  using state = State.open(workspace);
  for (const step of stream()) state.commit(step);
  return workspace;
}

test('a workspace has one writer, also within a process; the next may write once it is disposed', () => {
  const workspace = workspaceFolder();
  {
    using _writer = State.open(workspace);
    expect(() => State.open(workspace)).toThrow(failure('STATE_LOCKED', workspace));
    using other = State.open(workspaceFolder());
    expect(other.runs()).toEqual([]);
  }
  using state = State.open(workspace);
  expect(state.commit(outcome('a')).number).toBe(1);
});

test('another process is locked out until the first is killed, and can read meanwhile', async () => {
  const workspace = filled();
  const child = await holder(workspace);
  expect(() => State.open(workspace)).toThrow(failure('STATE_LOCKED', workspace));
  {
    using reader = State.open(workspace, { readOnly: true });
    expect(reader.runs()).toHaveLength(stream().length);
  }
  child.kill('SIGKILL');
  await once(child, 'close');
  using state = State.open(workspace);
  expect(state.commit(outcome('after')).number).toBe(stream().length + 1);
});

test('a reader sees each run once it is committed, and cannot write', () => {
  const workspace = workspaceFolder();
  using writer = State.open(workspace);
  using reader = State.open(workspace, { readOnly: true });
  expect(reader.runs()).toEqual([]);
  writer.commit(outcome('a', { alerts: [alert('ann')] }));
  expect(reader.alerts()).toEqual(writer.alerts());
  expect(() => reader.commit(outcome('b'))).toThrow(failure('STATE_FAILED', stateFile(workspace)));
});

test('a workspace without state reads as an empty one and stays as it is', () => {
  const workspace = workspaceFolder();
  using reader = State.open(workspace, { readOnly: true });
  expect([reader.runs(), reader.alerts(), reader.incidents(), reader.nextGeneration()]).toEqual([[], [], [], 1]);
  expect(() => reader.commit(outcome('a'))).toThrow(failure('STATE_FAILED'));
  expect(readdirSync(workspace)).toEqual([]);
});

test('a closed state leaves the two files of the folder and no write-ahead log', () => {
  expect(readdirSync(dirname(stateFile(filled()))).sort()).toEqual(['lock.sqlite', 'state.sqlite']);
});

test('an empty file becomes a state; one that a writer has brought up to date opens for readers', () => {
  const workspace = workspaceFolder();
  mkdirSync(dirname(stateFile(workspace)));
  writeFileSync(stateFile(workspace), '');
  using reader = State.open(workspace, { readOnly: true });
  expect(reader.runs()).toEqual([]);
  using writer = State.open(workspace);
  expect(writer.commit(outcome('a')).number).toBe(1);
  expect(reader.run(1)?.key).toBe('a');
});

test('a state of a newer byoml is refused and stays as it is', () => {
  const workspace = filled();
  altered(workspace, 'pragma user_version = 99');
  const before = readFileSync(stateFile(workspace));
  for (const readOnly of [false, true]) expect(() => State.open(workspace, { readOnly })).toThrow(failure('STATE_NEWER', stateFile(workspace), ': has version 99'));
  expect(readFileSync(stateFile(workspace)).equals(before)).toBe(true);
});

const damages: Array<[what: string, damage: (file: string) => void]> = [
  ['text', (file) => writeFileSync(file, 'not a database, but long enough to be looked at '.repeat(20))],
  ['half a file', (file) => truncateSync(file, 40_000)],
  ['a header of zeros', (file) => writeFileSync(file, Buffer.concat([Buffer.alloc(100), readFileSync(file).subarray(100)]))],
  ['pages of zeros', (file) => writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 4096), Buffer.alloc(readFileSync(file).length - 4096)]))],
  ['a database of others', (file) => { writeFileSync(file, ''); altered(dirname(dirname(file)), 'create table t (a); pragma user_version = 1'); }],
];
test.each(damages)('%s in place of the state is STATE_FAILED with its path, and the lock is free again', (_, damage) => {
  const workspace = filled();
  damage(stateFile(workspace));
  for (const readOnly of [false, true, false]) {
    expect(() => {
      using state = State.open(workspace, { readOnly });
      state.digest();
    }).toThrow(failure('STATE_FAILED', stateFile(workspace)));
  }
});

const rows: Array<[sql: string, told: string, read: (state: State) => unknown]> = [
  ["update runs set funnel = '{' where number = 2", 'table runs, number 2: ✖ not JSON\n  → at funnel', (state) => state.runs()],
  ["update runs set funnel = '{}' where number = 2", 'table runs, number 2: ', (state) => state.run(2)],
  ["update alerts set status = 'unheard' where id = 1", `table alerts, recordId "${alert('ann 20000').recordId}", role "production": `, (state) => state.alerts()],
  ["update incidents set users = '[1]'", 'table incidents, id "', (state) => state.incidents()],
  ["update outbox set payload = '[]'", 'table outbox, id 1: ', (state) => state.outbox('share-access', 1)],
  ["update calibration_days set incidents = x'00'", 'table calibration_days, generation 1, day ', (state) => state.calibration(1, { before: 20001, last: 1 })],
  ['insert into dead_letters select id, detection, sink, address, run, recordId, revision, 7, 1, 413, \'large\', \'now\' from outbox limit 1', 'table dead_letters, id 1: ', (state) => state.deadLetters()],
  ['update models set pruned = 7', 'table models, detection "share-access", version 2: ', (state) => state.models('share-access')],
];
test.each(rows)('%s is STATE_FAILED that names the table and the row', (sql, told, read) => {
  const workspace = filled();
  altered(workspace, sql);
  using state = State.open(workspace);
  expect(() => read(state)).toThrow(failure('STATE_FAILED', stateFile(workspace), ': ', told));
});

test('a workspace that does not exist is STATE_FAILED and is not made', () => {
  const missing = join(workspaceFolder(), 'none');
  expect(() => State.open(missing)).toThrow(failure('STATE_FAILED', join(missing, '.byoml')));
  expect(existsSync(missing)).toBe(false);
});

test('a file where the folder should be is STATE_FAILED', () => {
  const workspace = workspaceFolder();
  writeFileSync(join(workspace, '.byoml'), '');
  expect(() => State.open(workspace)).toThrow(failure('STATE_FAILED', join(workspace, '.byoml')));
});

/** What `work` returns on a disk where the state's file may not grow beyond so many pages. */
const withPages = <T>(pages: number, work: () => T): T =>
  followingStatements(work, (on, sql) => {
    if (sql === 'begin immediate') (on as DatabaseSync).exec(`pragma max_page_count = ${pages}`);
  });

test('on a full disk a run is STATE_FAILED and leaves nothing; with space again it is stored whole', () => {
  const workspace = filled();
  using state = State.open(workspace);
  const before = state.digest();
  const large = outcome('large', {
    run: { day: 20100 }, models: [model(3)], calibration: [calibrationDay(20100)],
    alerts: Array.from({ length: 300 }, (_, i) => alert(`user ${i}`, { day: 20100, message: 'x'.repeat(5000) })),
  });
  expect(() => withPages(140, () => state.commit(large))).toThrow(failure('STATE_FAILED', stateFile(workspace), ': database or disk is full'));
  expect(state.digest()).toBe(before);
  expect(withPages(100_000, () => state.commit(large)).number).toBe(stream().length + 1);
  expect(state.alerts({ from: 20100, withdrawn: false })).toHaveLength(300);
  expect(state.countAlertsBy({ from: 20100 }, 'day')).toEqual([{ key: '20100', alerts: 300 }]);
});

/** Takes back what came after the counts. */
const withoutLater = 'drop table suppressed; alter table runs drop column suppressions; drop table quarantine; drop table dead_letters; drop index outbox_of_sink; alter table outbox drop column attempts; alter table alerts drop column rule; alter table alerts drop column techniques;';

test('what waited for the sinks before there were dead letters waits on, and can be refused now', () => {
  const workspace = filled();
  altered(workspace, "update alerts set rule = '', techniques = '[]'"); // which a state of that time did not know
  const before = ((): unknown => {
    using state = State.open(workspace, { readOnly: true });
    return [state.digest(), state.outbox('share-access', 1000)];
  })();
  altered(workspace, `${withoutLater} pragma user_version = 2`);
  using state = State.open(workspace);
  expect([state.digest(), state.outbox('share-access', 1000)]).toEqual(before);
  state.refuse([1], { code: '413', message: 'too large' }, '2026-01-01T00:00:00.000Z');
  expect(state.deadLetters()).toMatchObject([{ id: 1, attempts: 1 }]);
  expect(drain(state).length).toBeGreaterThan(10);
});

test('a state of before the counts is brought up to date with what it holds, and a reader sees it too', () => {
  const workspace = filled();
  const counted = (state: State): unknown => [state.countAlertsBy({}, 'day'), state.countAlertsBy({ withdrawn: false }, 'severity'), state.countAlertsBy({}, 'user'), state.countAlertsBy({}, 'resource')];
  const told = (state: State): unknown => {
    const alerts = state.alerts({}).toReversed();
    const per = (keys: readonly (string | number)[]): Array<{ key: string; alerts: number }> => [...Map.groupBy(keys, String)].map(([key, of]) => ({ key, alerts: of.length }));
    const mostFirst = (keys: readonly string[]): ReturnType<typeof per> => per(keys).sort((a, b) => b.alerts - a.alerts || (a.key < b.key ? -1 : 1));
    return [per(alerts.map(({ day }) => day)), mostFirst(alerts.filter(({ withdrawn }) => !withdrawn).map(({ severity }) => severity)), mostFirst(alerts.map(({ user }) => user)), mostFirst(alerts.map(({ resource }) => resource))];
  };
  altered(workspace, `${withoutLater} ${['day', 'user', 'resource'].map((name) => `drop trigger ${name}_counted; drop trigger ${name}_uncounted; drop table ${name}_counts;`).join(' ')} pragma user_version = 1`);
  {
    using reader = State.open(workspace, { readOnly: true });
    expect(counted(reader)).toEqual(told(reader));
  }
  using state = State.open(workspace);
  expect(counted(state)).toEqual(told(state));
  expect(new Set(state.alerts().map(({ rule, techniques }) => `${rule}${techniques.length}`))).toEqual(new Set(['0']));
  state.commit(outcome('more', { run: { day: 20200 }, alerts: [alert('one', { day: 20200 }), alert('two', { day: 20200, severity: 'low' })] }));
  state.commit(outcome('less', { run: { day: 20200 }, alerts: [alert('one', { day: 20200, severity: 'high' })] }));
  expect(counted(state)).toEqual(told(state));
});
