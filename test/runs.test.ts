import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { AlertRecord, EvidenceRecord, IncidentRecord } from '@byoml/core/state';
import { afterEach, describe, expect, test } from 'vitest';
import { backfillDays, dayNumber, moment, runAt, type SmallWorkspace } from './small-workspace.ts';
import { freshWorkspaces } from './fresh-workspaces.ts';
import { inCi } from './tier.ts';

const workspace = freshWorkspaces();
let holding: ChildProcess | undefined;
afterEach(() => {
  holding?.kill('SIGKILL');
});

interface Found {
  readonly alerts: ReadonlyArray<Omit<AlertRecord, 'revision' | 'firstRun' | 'lastRun'>>;
  readonly incidents: ReadonlyArray<Omit<IncidentRecord, 'firstRun' | 'lastRun'>>;
  /** The last of each incident and alert, where the alert is still in the incident. */
  readonly evidence: ReadonlyArray<Omit<EvidenceRecord, 'run' | 'kind'>>;
}

/** What an analyst finds that stands, without which run said it. */
function found(soc: SmallWorkspace): Found {
  return soc.look((state) => {
    const incidents = state.incidents({ detection: soc.name, status: 'open' }).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const incidentOf = new Map(state.alerts({ detection: soc.name }).map(({ recordId, incident }) => [recordId, incident]));
    const last = new Map(incidents.flatMap(({ id }) => state.evidence(id)).filter(({ incident, recordId }) => (incidentOf.get(recordId) ?? incident) === incident).map(({ run: _run, kind: _kind, ...piece }) => [`${piece.incident} ${piece.recordId}`, piece]));
    return {
      alerts: state.alerts({ detection: soc.name }).map(({ revision: _revision, firstRun: _first, lastRun: _last, ...alert }) => alert).toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1)),
      incidents: incidents.map(({ firstRun: _first, lastRun: _last, ...incident }) => incident),
      evidence: [...last.keys()].toSorted().map((key) => last.get(key) as Omit<EvidenceRecord, 'run' | 'kind'>),
    };
  });
}

describe('one file trains weekly and scores hourly', () => {
  test.skipIf(!inCi)('a week of hourly runs finds what scoring each day at its end finds; a pair accessed in 24 hours is one incident with 24 pieces of evidence (CI tier)', { timeout: 180_000 }, async () => {
    const soc = await workspace(moment(28), { detection: { budget: '40/day' } });
    const pair = { user: soc.account(0), server: 'FS99', share: 'Vault' };
    for (let hour = 28 * 24 + 1; hour <= 36 * 24; hour++) {
      const day = Math.floor((hour - 1) / 24);
      if (day === 30) soc.append({ ...pair, at: moment(0, hour - 1, 30) });
      // Each hour of one day, and at odd hours of the others.
      if (day !== 30 && hour % 24 !== 0 && hour % 9 !== 1) continue;
      soc.grow(moment(0, hour));
      await runAt(soc, moment(0, hour));
    }
    const trainings = soc.look((state) => state.runs({ detection: soc.name, kind: 'train' }).map(({ window }) => window.to));
    expect(trainings).toEqual([moment(35).toISOString(), moment(28).toISOString()]);
    const resource = '\\\\FS99\\Vault';
    const [alert, ...others] = soc.look((state) => state.alerts({ detection: soc.name, resource, role: 'production' }).filter(({ day }) => day === dayNumber(30)));
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ count: 24, revision: 24, withdrawn: false });
    const pieces = soc.look((state) => state.evidence(alert?.incident as string).filter(({ recordId }) => recordId === alert?.recordId));
    expect(pieces.map(({ count }) => count)).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
    expect(pieces.map(({ kind }) => kind)).toEqual(['first', ...Array.from({ length: 23 }, () => 'again')]);
    expect(new Set(pieces.map(({ run }) => run)).size).toBe(24);
    expect(soc.look((state) => state.incidents({ detection: soc.name, from: dayNumber(30), to: dayNumber(31) }).filter(({ resources }) => resources.includes(resource)))).toHaveLength(1);
    expect(soc.keys()).toEqual([...new Set(soc.keys())]);
    expect(soc.keys().filter((key) => key.startsWith(`${alert?.recordId} `))).toHaveLength(24);

    const hourly = found(soc);
    expect(hourly.alerts.length).toBeGreaterThan(20);
    soc.forget();
    await backfillDays(soc, 28, 36);
    expect(found(soc)).toEqual(hourly);
  });

  test('days scored in one call, or in several that stop between, leave the same state and the same results', async () => {
    const end = inCi ? 44 : 37;
    const soc = await workspace(moment(end));
    await backfillDays(soc, 28, end);
    const whole = { digest: soc.digest(), keys: soc.keys() };
    expect(whole.keys.length).toBeGreaterThan(20);
    expect(new Set(whole.keys).size).toBe(whole.keys.length);
    soc.forget();
    for (const to of [29, 29, 34, 35, 36, 42, 44].filter((day) => day < end).concat(end)) await backfillDays(soc, 28, to);
    expect({ digest: soc.digest(), keys: soc.keys() }).toEqual(whole);
  });

  test('an incident whose accesses became part of another one leaves the queue', async () => {
    const soc = await workspace(moment(30), { detection: { budget: '40/day' } });
    await backfillDays(soc, 28, 30);
    for (let hour = 9; hour <= 11; hour++) {
      soc.grow(moment(30, hour));
      soc.append(...['x', 'y'].map((share) => ({ user: soc.account(3 + hour * 3), server: 'FS99', share: `${share}${hour}`, at: moment(30, hour - 1, 30), host: '10.7.7.7' })));
      await runAt(soc, moment(30, hour));
    }
    const first = `CORP\\${soc.account(30)}`;
    const queue = soc.look((state) => state.incidents({ detection: soc.name, from: dayNumber(30), queued: true }));
    expect(queue.map(({ rank }) => rank)).toEqual(queue.map((_, at) => at + 1));
    expect(queue.filter(({ users }) => users.includes(first)).map(({ kind, users }) => [kind, users.length])).toEqual([['source', 3]]);
    expect(soc.look((state) => state.incidents({ detection: soc.name, from: dayNumber(30), entity: first }))).toMatchObject([{ kind: 'account', rank: null, status: 'closed', sentence: expect.stringMatching(/^Its accesses are part of another incident of the day\. /) }]);
    soc.grow(moment(31));
    await runAt(soc, moment(31));
    const hourly = found(soc);
    soc.forget();
    await backfillDays(soc, 28, 31);
    expect(found(soc)).toEqual(hourly);
  });

  test('a time of the past sees what an export had by then', async () => {
    const soc = await workspace(moment(29, 9));
    await runAt(soc, moment(29, 9));
    const then = soc.digest();
    soc.grow(moment(44));
    soc.forget();
    await runAt(soc, moment(29, 9));
    expect(soc.digest()).toBe(then);
  });

  test('the same time again adds nothing', async () => {
    const soc = await workspace(moment(29, 9));
    await runAt(soc, moment(29, 9));
    const [before, rows] = [soc.digest(), soc.keys()];
    await runAt(soc, moment(29, 9));
    await runAt(soc, moment(29, 9, 40));
    expect([soc.digest(), soc.keys()]).toEqual([before, rows]);
  });

  test('a detection that scores whole days begins by itself', async () => {
    const soc = await workspace(moment(30), { detection: { score: '{ every: 1d, lag: 15m }' } });
    const { records } = await runAt(soc, moment(30, 9));
    expect(records.map(({ kind, day }) => [kind, day])).toEqual([['train', null], ['score', dayNumber(29)]]);
    expect((await runAt(soc, moment(30, 11))).records).toEqual([]);
  });
});

describe('why there are no alerts', () => {
  test('when the source stops, the run says silent within two intervals, and since when', { timeout: 120_000 }, async () => {
    const soc = await workspace(moment(29, 9));
    const statuses: Array<[number, string]> = [];
    for (let hour = 9; hour <= 13; hour++) {
      if (hour <= 10) soc.grow(moment(29, hour));
      const { records } = await runAt(soc, moment(29, hour));
      statuses.push([hour, records.at(-1)?.status ?? '']);
    }
    expect(statuses).toEqual([[9, 'done'], [10, 'done'], [11, 'done'], [12, 'silent'], [13, 'silent']]);
    const shown = byoml(soc, 'runs', 'show', String(soc.scoreRuns().at(-1)?.number));
    expect(shown.stdout).toMatch(/: silent\n[^]*! nothing new from the source since 2026-02-03T10:00:00.000Z: no new file and no new record in 3 windows/);
    soc.grow(moment(29, 14));
    expect((await runAt(soc, moment(29, 14))).records.at(-1)).toMatchObject({ status: 'done', warnings: [] });
  });

  test('a source that goes on with other records is not silent', async () => {
    const soc = await workspace(moment(29, 9));
    for (let hour = 9; hour <= 12; hour++) {
      mkdirSync(join(soc.hourFile(moment(29, hour - 1)), '..'), { recursive: true });
      appendFileSync(soc.hourFile(moment(29, hour - 1)), `{"EventID":4624,"TimeGenerated":"${moment(29, hour - 1, 20).toISOString()}","_ItemId":"other-${hour}"}\n`);
      expect((await runAt(soc, moment(29, hour))).records.at(-1)?.status).toBe('done');
    }
  });

  test('a working day without a record is silent where days are scored as a whole, a Sunday is not', async () => {
    const soc = await workspace(moment(43), { detection: { score: '{ every: 1d, lag: 0m }' } });
    for (const day of [40, 41, 42]) rmSync(join(soc.hourFile(moment(day)), '..', '..', '..'), { recursive: true });
    const { records } = await backfillDays(soc, 38, 43);
    expect(records.filter(({ kind }) => kind === 'score').map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done', 'silent']);
    expect(records.at(-1)?.warnings).toEqual(['a whole working day without a single record: the source is silent']);
  });

  test('the numbers of the funnel add up with the reasons', async () => {
    const soc = await workspace(moment(40), { detection: { filters: "[ { column: resource, notMatching: '[Pp]ublic|Finance|HR' } ]", budget: '2/day' } });
    await backfillDays(soc, 28, 40);
    const runs = soc.scoreRuns();
    for (const { funnel, drops, alerts } of runs) {
      const dropped = (stage: string): number => drops.filter((drop) => drop.stage === stage).reduce((sum, { rows }) => sum + rows, 0);
      expect(funnel.read).toBe(funnel.kept + dropped('kept'));
      expect(funnel.kept).toBe(funnel.scored + dropped('scored') + funnel.suppressed);
      expect(funnel.suppressed).toBe(dropped('suppressed'));
      expect(funnel.overBudget).toBe(dropped('overBudget'));
      expect(funnel.scored).toBe(funnel.sent + funnel.overBudget + dropped('sent'));
      expect(funnel.sent).toBe(alerts);
    }
    expect(new Set(runs.flatMap(({ drops }) => drops.map(({ stage }) => stage)))).toEqual(new Set(['kept', 'scored', 'suppressed', 'overBudget', 'sent']));
  });
});

const command = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const byoml = (soc: SmallWorkspace, ...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [command, ...args, '--workspace', soc.folder], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
const failure = ({ status, stdout }: { status: number | null; stdout: string }): unknown[] => [status, JSON.parse(stdout).error.code];

/** A process that works in the workspace until it is killed. */
async function holder({ folder }: SmallWorkspace): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--conditions=@byoml/source', fileURLToPath(import.meta.resolve('./kill-runs.child.ts')), 'hold', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  holding = child;
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

test('a second process is told that the workspace is taken; looking at it works meanwhile; a kill frees it', { timeout: 120_000 }, async () => {
  const soc = await workspace(moment(30));
  expect(byoml(soc, 'run', soc.name, '--now', moment(29, 9).toISOString()).status).toBe(0);
  const child = await holder(soc);
  const second = byoml(soc, 'run', soc.name, '--now', moment(30).toISOString(), '--json');
  expect(failure(second)).toEqual([7, 'STATE_LOCKED']);
  expect(second.stdout).toContain('another byoml process is working in this workspace');
  for (const args of [['incidents', 'list'], ['preview', soc.name, '--days', '1', '--to', '2026-02-03']]) expect([args, byoml(soc, ...args, '--json')]).toEqual([args, expect.objectContaining({ status: 0 })]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const third = byoml(soc, 'run', soc.name, '--now', moment(30).toISOString(), '--json');
  expect(third.status).toBe(0);
  expect(JSON.parse(third.stdout).runs).toHaveLength(1);
});

test.skipIf(!inCi)('a clock that went back and a source that is away are told with their exit status; runs and reports stay (CI tier)', { timeout: 120_000 }, async () => {
  const soc = await workspace(moment(30));
  expect(byoml(soc, 'run', soc.name, '--now', moment(30).toISOString()).status).toBe(0);
  const child = await holder(soc);
  for (const args of [['runs', 'list'], ['report', '2']]) expect([args, byoml(soc, ...args, '--json')]).toEqual([args, expect.objectContaining({ status: 0 })]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(failure(byoml(soc, 'run', soc.name, '--now', moment(20).toISOString(), '--json'))).toEqual([7, 'CLOCK_BEHIND']);
  renameSync(join(soc.folder, 'export'), join(soc.folder, 'away'));
  expect(failure(byoml(soc, 'run', soc.name, '--now', moment(31).toISOString(), '--json'))).toEqual([3, 'FILE_MISSING']);
  expect(existsSync(join(soc.folder, '.byoml', 'state.sqlite'))).toBe(true);
});
