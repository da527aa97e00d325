import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { State, type QuarantineRecord, type RunRecord } from '@byoml/core/state';
import { expect, test } from 'vitest';
import { backfillDays, dayNumber, moment, runAt, type SmallWorkspace } from './small-workspace.ts';
import { freshWorkspaces } from './fresh-workspaces.ts';
import { inCi } from './tier.ts';

const workspace = freshWorkspaces();
const held = (soc: SmallWorkspace): QuarantineRecord[] => soc.look((state) => state.quarantine(soc.name));
const pick = ({ day, status, warnings }: RunRecord): unknown[] => [day, status, warnings];
const torn = '{"EventID":5140,"Subj\n';
const strange = (soc: SmallWorkspace, at: Date, ...shares: readonly string[]) => shares.map((share) => ({ user: soc.account(0), server: 'FS99', share, at, host: '10.8.8.8' }));
const alerted = (soc: SmallWorkspace): string[] => soc.look((state) => state.alerts({ detection: soc.name, withdrawn: false }).map(({ recordId, day, resource, count }) => `${recordId} ${day} ${resource} ${count}`).toSorted());

/** Content and time of a file, whatever it was before. */
const spoil = (path: string, content: string | Uint8Array, when: Date): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, when, when);
};

test('a file that cannot be read is left out by name, the rest of its day is scored, and once it is whole its day is scored as late data', async () => {
  const soc = await workspace(moment(24, 10));
  const file = soc.hourFile(moment(24, 9), 1);
  soc.append(...strange(soc, moment(24, 9, 10), 'odd-1', 'odd-2', 'odd-3').map((access) => ({ ...access, part: 1 })));
  const whole = readFileSync(file, 'utf8');
  spoil(file, `${whole}${torn}`.replace('}\n{', `}\n${torn}{`), moment(24, 9, 30));
  await backfillDays(soc, 23, 24);
  const [first] = (await runAt(soc, moment(24, 10))).records as [RunRecord];
  expect(pick(first)).toEqual([dayNumber(24), 'degraded', [expect.stringMatching(/^left out .*PT1H_1\.json: FILE_CORRUPT: PT1H_1\.json: line 2: is not JSON/)]]);
  expect(first.funnel.read).toBeGreaterThan(0);
  expect(held(soc)).toMatchObject([{ file, code: 'FILE_CORRUPT', bytes: 0, since: first.number, at: first.at }]);

  soc.grow(moment(24, 11));
  const [second] = (await runAt(soc, moment(24, 11))).records as [RunRecord];
  expect(pick(second)).toEqual([dayNumber(24), 'degraded', [`left out ${file} since run ${first.number}: FILE_CORRUPT`]]);

  soc.grow(moment(25, 1));
  const later = (await runAt(soc, moment(25, 1))).records;
  expect(later.map(({ day, status }) => [day, status])).toEqual([[dayNumber(24), 'degraded'], [dayNumber(25), 'done']]);
  expect(alerted(soc).filter((alert) => alert.includes('odd-'))).toEqual([]);

  spoil(file, whole, moment(25, 1));
  soc.grow(moment(25, 2));
  const again = (await runAt(soc, moment(25, 2))).records;
  expect(again.map(({ day, status, changes }) => [day, status, changes[0]])).toEqual([[dayNumber(24), 'done', 'late data of 2026-01-29'], [dayNumber(25), 'done', undefined]]);
  expect(again[0]?.funnel.read).toBe((later[0]?.funnel.read ?? 0) + 3);
  expect(held(soc)).toEqual([]);
  soc.grow(moment(25, 3));
  expect((await runAt(soc, moment(25, 3))).records.map(({ day }) => day)).toEqual([dayNumber(25)]);
});

test.skipIf(!inCi)('records that were read before their file was spoilt stay read, on the day and after it (CI tier)', async () => {
  const soc = await workspace(moment(24, 10));
  soc.append(...strange(soc, moment(24, 9, 10), 'odd-1', 'odd-2', 'odd-3'));
  await backfillDays(soc, 23, 24);
  await runAt(soc, moment(24, 10));
  const before = alerted(soc);
  expect(before.filter((alert) => alert.includes('odd-'))).toHaveLength(3);
  const file = soc.hourFile(moment(24, 9));
  const read = statSync(file).size;
  appendFileSync(file, `${torn}${torn}`);
  soc.grow(moment(24, 11));
  const [run] = (await runAt(soc, moment(24, 11))).records as [RunRecord];
  expect(pick(run)).toEqual([dayNumber(24), 'degraded', [expect.stringContaining(`left out ${file} from byte ${read + 1} on: FILE_CORRUPT`)]]);
  expect(alerted(soc).filter((alert) => alert.includes('odd-'))).toEqual(before.filter((alert) => alert.includes('odd-')));
  expect(held(soc)).toMatchObject([{ bytes: read }]);

  const old = soc.hourFile(moment(23, 9));
  appendFileSync(old, torn);
  soc.grow(moment(24, 12));
  const { records } = await runAt(soc, moment(24, 12));
  expect(records.map(({ day, status, warnings }) => [day, status, warnings.length])).toEqual([[dayNumber(24), 'degraded', 2]]);
  expect(alerted(soc).filter((alert) => alert.includes('odd-'))).toEqual(before.filter((alert) => alert.includes('odd-')));
  soc.grow(moment(24, 13));
  expect((await runAt(soc, moment(24, 13))).records.map(({ day, warnings }) => [day, warnings.length])).toEqual([[dayNumber(24), 1]]);
});

test.skipIf(!inCi)('a version that is left out is not read again until somebody asks for it (CI tier)', async () => {
  const soc = await workspace(moment(24, 10));
  const file = soc.hourFile(moment(23, 9), 1);
  soc.append(...strange(soc, moment(23, 9, 10), 'odd-1', 'odd-2', 'odd-3').map((access) => ({ ...access, part: 1 })));
  const whole = readFileSync(file, 'utf8');
  spoil(file, whole.replace('}', ']'), moment(23, 10));
  const read = (await backfillDays(soc, 23, 24)).records.at(-1)?.funnel.read as number;
  const [{ url }] = held(soc) as [QuarantineRecord];
  // It looks as it did: reading it would find it whole.
  spoil(file, whole, moment(23, 10));
  expect((await runAt(soc, moment(24, 10))).records.map(({ day }) => day)).toEqual([dayNumber(24)]);
  expect(held(soc)).toHaveLength(1);
  {
    using state = State.open(soc.folder);
    state.retryQuarantine(soc.name, [url]);
  }
  soc.grow(moment(24, 11));
  const { records } = await runAt(soc, moment(24, 11));
  expect(records.map(({ day, status }) => [day, status])).toEqual([[dayNumber(23), 'done'], [dayNumber(24), 'done']]);
  expect(records[0]?.funnel.read).toBe(read + 3);
  expect(held(soc)).toEqual([]);
});

test.skipIf(!inCi)('a file that is still unreadable when it is tried again stays out, since the run that left it out first (CI tier)', async () => {
  const soc = await workspace(moment(24, 10));
  spoil(soc.hourFile(moment(23, 9), 1), torn, moment(23, 10));
  await backfillDays(soc, 23, 24);
  const [before] = held(soc) as [QuarantineRecord];
  {
    using state = State.open(soc.folder);
    state.retryQuarantine(soc.name, [before.url]);
  }
  const { records } = await runAt(soc, moment(24, 10));
  expect(records.map(({ day, status }) => [day, status])).toEqual([[dayNumber(24), 'degraded']]);
  expect(held(soc)).toEqual([before]);
});

test('too many of them, or most of the bytes, and the run fails with the first error and records nothing', async () => {
  const soc = await workspace(moment(24, 10));
  for (let part = 1; part <= 21; part++) spoil(soc.hourFile(moment(23, 9), part), torn, moment(23, 10));
  await expect(backfillDays(soc, 22, 24)).rejects.toMatchObject({ code: 'FILE_CORRUPT', exit: 3 });
  expect(soc.look((state) => [state.runs({ kind: 'score' }).length, state.quarantine(soc.name).length])).toEqual([0, 0]);
  rmSync(soc.hourFile(moment(23, 9), 21));
  const { records } = await backfillDays(soc, 22, 24);
  expect(records.filter(({ kind }) => kind === 'score').map(({ status }) => status)).toEqual(['degraded', 'degraded']);
  expect(held(soc)).toHaveLength(20);
});

test('byoml quarantine lists what is left out and lets the next run try it again', async () => {
  const soc = await workspace(moment(24, 10));
  const file = soc.hourFile(moment(23, 9), 1);
  spoil(file, torn, moment(23, 10));
  await backfillDays(soc, 23, 24);
  const byoml = (...args: readonly string[]) => {
    const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js'), 'quarantine', ...args, '--workspace', soc.folder], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
    return { status, stdout };
  };
  const listed = { file, code: 'FILE_CORRUPT', detection: 'shares', since: 2 };
  expect(JSON.parse(byoml('list', '--json').stdout)).toMatchObject({ files: [listed] });
  expect(byoml('list', '--detection', 'shares').stdout).toMatch(/PT1H_1\.json {2}shares\n {2}FILE_CORRUPT: PT1H_1\.json: line 1: is not JSON.*\n {2}left out since run 2\n/);
  expect(byoml('retry', 'shares', '--json')).toMatchObject({ status: 2, stdout: expect.stringContaining('USAGE_INVALID') });
  expect(byoml('retry', 'shares', 'PT1H_7.json', '--json')).toMatchObject({ status: 2, stdout: expect.stringContaining('RECORD_UNKNOWN') });
  expect(held(soc)).toMatchObject([{ version: expect.stringMatching(/./) }]);
  expect(JSON.parse(byoml('retry', 'shares', 'PT1H_1.json', '--json').stdout)).toMatchObject({ files: [{ ...listed, version: '' }] });
  expect(byoml('retry', 'shares', '--all').stdout).toContain('the next run tries it again');
  expect(held(soc)).toMatchObject([{ version: '' }]);
});
