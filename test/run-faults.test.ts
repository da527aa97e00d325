import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDue, type Plan } from '@byoml/core/workspace';
import { describe, expect, test, vi } from 'vitest';
import { backfillDays, dayNumber, moment, open, runAt } from './small-workspace.ts';
import { freshWorkspaces } from './fresh-workspaces.ts';
import { inCi } from './tier.ts';

const workspace = freshWorkspaces();

describe('what goes wrong leaves the last whole run', () => {
  test('a clock that went back changes nothing, also after late data', async () => {
    const soc = await workspace(moment(30, 9));
    await backfillDays(soc, 28, 30);
    await runAt(soc, moment(30, 9));
    soc.append({ user: soc.account(3), server: 'FS98', share: 'late', at: moment(28, 10) });
    await runAt(soc, moment(30, 9, 30));
    expect(soc.scoreRuns().at(-1)?.day).toBe(dayNumber(28));
    const before = soc.digest();
    for (const at of [moment(30, 8, 59), moment(29), moment(1)]) await expect(runAt(soc, at)).rejects.toMatchObject({ code: 'CLOCK_BEHIND', exit: 7, message: expect.stringContaining(moment(30, 9).toISOString()) });
    expect(soc.digest()).toBe(before);
  });

  test('a day that is not over is not closed by a backfill', async () => {
    const soc = await workspace(moment(30, 9));
    await expect(backfillDays(soc, 28, 31, { now: moment(30, 9) })).rejects.toMatchObject({ code: 'USAGE_INVALID', message: expect.stringContaining('2026-02-04 is not over yet') });
    expect(soc.scoreRuns()).toEqual([]);
  });

  test('a source that vanished changes nothing, and is caught up with when it is back', async () => {
    const soc = await workspace(moment(40));
    await backfillDays(soc, 34, 36);
    const before = soc.digest();
    const [here, away] = [join(soc.folder, 'export'), join(soc.folder, 'away')];
    renameSync(here, away);
    await expect(backfillDays(soc, 34, 40)).rejects.toMatchObject({ code: 'FILE_MISSING', exit: 3 });
    expect(soc.digest()).toBe(before);
    renameSync(away, here);
    await backfillDays(soc, 34, 40);
    const resumed = soc.digest();
    soc.forget();
    await backfillDays(soc, 34, 40);
    expect(soc.digest()).toBe(resumed);
  });

  const whileRead = async (change: (path: string) => void): Promise<void> => {
    const soc = await workspace(moment(36));
    await backfillDays(soc, 34, 35);
    const before = soc.digest();
    const planned = afterReading(() => change(soc.hourFile(moment(35, 10))));
    await expect(backfillDays(soc, 34, 36, { planned })).rejects.toMatchObject({ code: 'SOURCE_CHANGED', exit: 3 });
    expect(soc.digest()).toBe(before);
  };
  test('a file that shrinks while it is read is SOURCE_CHANGED, and nothing is recorded', () => whileRead((path) => truncateSync(path, 100)));
  test.skipIf(!inCi)('a file that vanishes while it is read is SOURCE_CHANGED, and nothing is recorded (CI tier)', () => whileRead((path) => rmSync(path)));

  test('a file that vanishes after it was listed is SOURCE_CHANGED, and the next run goes on without it', async () => {
    const soc = await workspace(moment(36));
    await backfillDays(soc, 34, 35);
    const before = soc.digest();
    const planned = (plan: Plan): Plan => ({ ...plan, source: {
      async scan(window, run) {
        const scan = await plan.source.scan(window, run);
        if (window.to.getTime() > moment(35).getTime()) rmSync(soc.hourFile(moment(35, 10)), { force: true });
        return scan;
      },
    } });
    await expect(backfillDays(soc, 34, 36, { planned })).rejects.toMatchObject({ code: 'SOURCE_CHANGED', exit: 3, message: expect.stringContaining('vanished while it was read') });
    expect(soc.digest()).toBe(before);
    const { records } = await backfillDays(soc, 34, 36);
    expect(records.map(({ day, status }) => [day, status])).toEqual([[dayNumber(35), 'done']]);
  });

  test('a file that grows while it is read is read again by the next run', async () => {
    const soc = await workspace(moment(36));
    const late = ['a', 'b', 'c'].map((share) => ({ user: soc.account(5), server: 'FS97', share, at: moment(35, 10, 50) }));
    await backfillDays(soc, 34, 36, { planned: afterReading(() => soc.append(...late)) });
    const { records } = await runAt(soc, moment(36));
    expect(records.map(({ day, changes }) => [day, changes[0]])).toEqual([[dayNumber(35), 'late data of 2026-02-09']]);
  });

  test('windows without a record are recorded and change nothing', async () => {
    const soc = await workspace(moment(40));
    await backfillDays(soc, 34, 36);
    const of = (soc.look((state) => state.detection(soc.name, 'production')));
    const days = (): number[] => soc.look((state) => state.calibration(of?.generation ?? 0, { before: dayNumber(60), last: 100 }).map(({ day }) => day));
    const before = days();
    for (const day of [36, 37]) rmSync(join(soc.hourFile(moment(day)), '..', '..', '..'), { recursive: true });
    const { records } = await backfillDays(soc, 34, 38);
    expect(records.map(({ status, funnel, alerts }) => [status, funnel.read, funnel.sent, alerts])).toEqual([['silent', 0, 0, 0], ['silent', 0, 0, 0]]);
    expect(soc.look((state) => state.detection(soc.name, 'production'))).toMatchObject({ rowCorrection: of?.rowCorrection, queueCorrection: of?.queueCorrection, closedThrough: dayNumber(37) });
    expect(days()).toEqual(before);
  });

  test('no rows at all is said with the days that there are', async () => {
    const soc = await workspace(moment(10));
    await expect(backfillDays(soc, 300, 301)).rejects.toMatchObject({ code: 'DATA_EMPTY', exit: 3, message: expect.stringMatching(/no rows to learn from in the 21 days before 2026-11-01; the source has 2026-01-05 to 2026-01-14/) });
    rmSync(soc.export, { recursive: true });
    mkdirSync(soc.export, { recursive: true });
    await expect(runAt(soc, moment(10))).rejects.toMatchObject({ code: 'DATA_EMPTY', message: expect.stringContaining('the source has no rows at all') });
    expect(soc.look((state) => state.runs({}))).toEqual([]);
  });

  test('results that a sink cannot take stay, do not keep days from being scored, and are delivered once when it can', async () => {
    const soc = await workspace(moment(40));
    await backfillDays(soc, 34, 40);
    const whole = { digest: soc.digest(), keys: soc.keys() };
    soc.forget();
    const results = join(soc.folder, 'results');
    rmSync(results, { recursive: true });
    writeFileSync(results, 'not a folder');
    await expect(backfillDays(soc, 34, 36)).rejects.toMatchObject({ code: 'WRITE_FAILED', exit: 7 });
    await expect(backfillDays(soc, 34, 40)).rejects.toMatchObject({ code: 'WRITE_FAILED', exit: 7 });
    expect(soc.scoreRuns().map(({ day }) => day)).toEqual([34, 35, 36, 37, 38, 39].map(dayNumber));
    rmSync(results);
    mkdirSync(results);
    const { delivered } = await backfillDays(soc, 34, 40);
    expect({ digest: soc.digest(), keys: soc.keys(), delivered }).toEqual({ ...whole, delivered: whole.keys.length });
  });

  const disk = tinyDisk();
  const onFullDisk = async (size: string): Promise<void> => {
    const soc = await workspace(moment(40));
    await backfillDays(soc, 28, 40);
    const whole = { digest: soc.digest(), keys: soc.keys() };
    soc.forget();
    disk?.mount(join(soc.folder, '.byoml'), size);
    try {
      await expect(backfillDays(soc, 28, 40)).rejects.toMatchObject({ code: expect.stringMatching(/^(STATE|WRITE)_FAILED$/), exit: 7 });
      disk?.resize(join(soc.folder, '.byoml'), '64m');
      await backfillDays(soc, 28, 40);
      expect({ digest: soc.digest(), keys: soc.keys() }).toEqual(whole);
    } finally {
      disk?.unmount(join(soc.folder, '.byoml'));
    }
  };
  test.skipIf(!disk)('a disk that fills up (needs root and mount) ends the run; what was recorded is whole, and goes on when there is room', () => onFullDisk('1200k'));
  test.skipIf(!disk || !inCi)('a disk that is full from the start (needs root and mount) ends the run, which goes on when there is room (CI tier)', () => onFullDisk('400k'));
});

/** Changes something when everything was read: before the source is looked at for the second time. */
const afterReading = (change: () => void) => (plan: Plan): Plan => {
  let left = 2;
  return { ...plan, source: {
    async scan(window, run) {
      const isOfLast = window.to.getTime() > moment(35).getTime();
      if (isOfLast && --left === 0) change();
      return plan.source.scan(window, run);
    },
  } };
};

interface Disk {
  mount(folder: string, size: string): void;
  resize(folder: string, size: string): void;
  unmount(folder: string): void;
}

function tinyDisk(): Disk | undefined {
  const run = (...args: string[]): boolean => spawnSync(args[0] as string, args.slice(1), { stdio: 'ignore' }).status === 0;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const mounted = (folder: string, size: string): boolean => run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  const probe = join(import.meta.dirname, '..', 'node_modules', '.cache', 'byoml-disk');
  mkdirSync(probe, { recursive: true });
  const works = mounted(probe, '100k');
  if (works) run('umount', probe);
  rmSync(probe, { recursive: true });
  return works ? {
    mount(folder, size) {
      mkdirSync(folder, { recursive: true });
      if (!mounted(folder, size)) throw new Error(`cannot mount ${folder}`);
    },
    resize: (folder, size) => void run('mount', '-o', `remount,size=${size}`, folder),
    unmount: (folder) => void run('umount', folder),
  } : undefined;
}

/** Rows that have a day already, of made-up accounts; every week some open something new. */
function tableRows(from: number, to: number, isThere: (day: number) => boolean = () => true): string {
  const lines: string[] = [];
  for (let day = from; day < to; day++) {
    if (!isThere(day)) continue;
    for (let user = 0; user < 12; user++) {
      for (let visit = 0; visit < 3; visit++) {
        const isNew = (day * 31 + user * 17 + visit * 7) % 11 === 0;
        const resource = isNew ? (day * 13 + user * 5 + visit) % 60 : (user % 4) * 5 + ((day + visit) % 4);
        lines.push(JSON.stringify({ user: `u${user}`, resource: `r${resource}`, day: moment(day).toISOString().slice(0, 10), count: 1 }));
      }
    }
  }
  return `${[...new Set(lines)].join('\n')}\n`;
}

const ordinaryBacklog = inCi ? 150 : 110;
/** Days without a run: more than a year in a proof. */
const backlog = Number(process.env['BYOML_KILLS'] ?? 0) > 10 ? 400 : ordinaryBacklog;

const tableDetection = { source: '{ use: files/table, settings: { path: ./accesses.jsonl } }', view: '', enrich: '[]', budget: '2/day', rules: '[]', score: '{ every: 1d, lag: 0m }' };

describe('what takes long comes to an end', () => {
  test('a process that goes on for months holds nothing of the engine between two runs', async () => {
    const soc = await workspace(moment(29, 9));
    const temporary = join(soc.folder, 'tmp');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    try {
      await using opened = await open(soc.folder, soc.name);
      const held: string[] = [];
      for (const hour of [9, 10, 11]) {
        const report = await runDue({ ...opened, clock: { now: () => moment(29, hour) }, run: opened.session.run, onDay: () => void held.push(...readdirSync(temporary)) });
        expect([report.records.length > 0, readdirSync(temporary)]).toEqual([true, []]);
      }
      expect(held.length).toBeGreaterThan(0);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test(`${backlog} days of backlog in one call: no more than a quarter of a year is read at once, and old models go`, { timeout: 240_000 }, async () => {
    const soc = await workspace(moment(0), { detection: { ...tableDetection, train: '{ window: 21d, every: 21d }', sinks: '[]' } });
    writeFileSync(join(soc.folder, 'accesses.jsonl'), tableRows(0, 30 + backlog));
    const widest: number[] = [];
    await backfillDays(soc, 30, 30 + backlog, { planned: (plan) => ({ ...plan, source: { scan: (window, run) => {
      widest.push((window.to.getTime() - window.from.getTime()) / 86_400_000);
      return plan.source.scan(window, run);
    } } }) });
    expect(soc.scoreRuns()).toHaveLength(backlog);
    expect(Math.max(...widest)).toBeLessThanOrEqual(60 + 21 + 35);
    const folders = readdirSync(join(soc.folder, '.byoml', 'models', soc.name)).length;
    expect(folders).toBeLessThan(Math.min(120, backlog));
    expect(soc.look((state) => state.models(soc.name).filter(({ pruned }) => !pruned).length)).toBe(folders);
  });

  test('a source that was away for longer than a training looks back is gone on with when it is back', async () => {
    const soc = await workspace(moment(0), { detection: { ...tableDetection, train: '{ window: 21d, every: 7d }' } });
    writeFileSync(join(soc.folder, 'accesses.jsonl'), tableRows(0, 105, (day) => day < 40 || day >= 75));
    await backfillDays(soc, 30, 105);
    const runs = soc.scoreRuns();
    expect(runs).toHaveLength(75);
    expect(runs.flatMap(({ warnings }) => warnings).filter((warning) => warning.startsWith('a training is due, but')).length).toBeGreaterThan(0);
    expect(soc.look((state) => state.detection(soc.name, 'production'))?.trainedAt).toBeGreaterThan(dayNumber(75));
    expect(runs.slice(-20).some(({ alerts }) => alerts > 0)).toBe(true);
  });
});

