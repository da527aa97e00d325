import { appendFileSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertRecord, RunRecord } from '@byoml/core/state';
import type { Plan } from '@byoml/core/workspace';
import { expect, test } from 'vitest';
import { backfillDays, dayNumber, moment, runAt, type Access, type SmallWorkspace } from './small-workspace.ts';
import { freshWorkspaces } from './fresh-workspaces.ts';
import { inCi } from './tier.ts';

const workspace = freshWorkspaces();

const runs = (soc: SmallWorkspace): RunRecord[] => soc.look((state) => state.runs({ detection: soc.name })).toReversed();
const newRuns = (soc: SmallWorkspace, before: readonly RunRecord[]): RunRecord[] => runs(soc).slice(before.length);
const alertsOn = (soc: SmallWorkspace, day: number): AlertRecord[] => soc.look((state) => state.alerts({ detection: soc.name, from: dayNumber(day), to: dayNumber(day + 1) }));
const digest = (soc: SmallWorkspace): string => soc.look((state) => state.digest());

/** An account at a server that nobody knows. */
const stranger = (soc: SmallWorkspace, at: Date, ...shares: readonly string[]): Access[] => shares.map((share) => ({ user: soc.account(0), server: 'FS99', share, at, host: '10.8.8.8' }));

/** What later days go on from. */
const onwards = (soc: SmallWorkspace): unknown => soc.look((state) => {
  const held = state.detection(soc.name, 'production');
  return { held, models: state.models(soc.name), window: state.calibration(held?.generation ?? 0, { before: dayNumber(60), last: 100 }) };
});

test('records in an old file and a new file in an old folder: their days are scored again, the others are as they were, and what changed is said', async () => {
  const soc = await workspace(moment(42));
  await backfillDays(soc, 34, 42);
  const before = { runs: runs(soc), onwards: onwards(soc), rows: soc.delivered().length };
  const [known] = alertsOn(soc, 36) as [AlertRecord];
  const [, server, share] = /^\\\\([^\\]+)\\(.+)$/u.exec(known.resource) as RegExpExecArray;
  const again: Access = { user: known.user.replace(/^.*\\/u, ''), server: server as string, share: share as string, at: moment(36, 10, 59), host: known.sourceHosts[0] as string };
  soc.append(again, ...stranger(soc, moment(38, 11, 10), 'late-1', 'late-2', 'late-3').map((access) => ({ ...access, part: 1 })));
  const { records } = await runAt(soc, moment(42, 0, 30));

  expect(records.map(({ day }) => day)).toEqual([36, 38].map(dayNumber));
  expect(runs(soc).slice(0, before.runs.length)).toEqual(before.runs);
  expect(onwards(soc)).toEqual(before.onwards);
  const [grown, gained] = records as [RunRecord, RunRecord];
  expect(grown.changes).toEqual(['late data of 2026-02-10', `changed ${known.user} → ${known.resource}: count ${known.count} → ${known.count + 1}, p ${known.pValue.toPrecision(3)} → ${known.pValue.toPrecision(3)}`]);
  expect(alertsOn(soc, 36).find(({ recordId }) => recordId === known.recordId)).toMatchObject({ count: known.count + 1, revision: known.revision + 1 });
  expect(gained.changes.slice(0, 1)).toEqual(['late data of 2026-02-12']);
  for (const name of ['late-1', 'late-2', 'late-3']) expect(gained.changes).toContain(`gained CORP\\${soc.account(0)} → \\\\FS99\\${name}`);
  const delivered = soc.delivered().map(({ recordId, revision }) => `${String(recordId)} ${String(revision)}`);
  expect(new Set(delivered).size).toBe(delivered.length);
  expect(delivered.length).toBeGreaterThan(before.rows);

  const after = digest(soc);
  expect((await runAt(soc, moment(42, 0, 40))).records).toEqual([]);
  expect(digest(soc)).toBe(after);
});

test('records that are taken back withdraw their alerts; when they are back, so are the alerts', async () => {
  const soc = await workspace(moment(40));
  const file = soc.hourFile(moment(38, 10));
  const [text, { mtime }] = [readFileSync(file, 'utf8'), statSync(file)];
  soc.append(...stranger(soc, moment(38, 10, 50), 'wrong-1', 'wrong-2', 'wrong-3'));
  const wrong = readFileSync(file, 'utf8');
  await backfillDays(soc, 36, 40);
  const standing = alertsOn(soc, 38).filter(({ resource }) => resource.includes('wrong-'));
  expect(standing).toHaveLength(3);
  const guarded = (): number => soc.look((state) => state.guards(soc.name, dayNumber(39)).filter(({ resource }) => resource.includes('wrong-')).length);
  expect(guarded()).toBe(3);
  writeFileSync(file, text);
  utimesSync(file, mtime, mtime);
  const { records } = await runAt(soc, moment(40));
  expect(records.map(({ day }) => day)).toEqual([dayNumber(38)]);
  expect(records[0]?.changes.filter((change) => change.startsWith('lost '))).toHaveLength(3);
  const taken = alertsOn(soc, 38).filter(({ resource }) => resource.includes('wrong-'));
  expect(taken.map(({ withdrawn, revision }) => [withdrawn, revision])).toEqual(standing.map(({ revision }) => [true, revision + 1]));
  expect(soc.delivered().filter(({ withdrawn }) => withdrawn === true)).toHaveLength(3);
  const incident = (): string | undefined => soc.look((state) => state.incident(standing[0]?.incident as string)?.status);
  expect(incident()).toBe('closed');
  expect(guarded()).toBe(0);
  writeFileSync(file, wrong);
  await runAt(soc, moment(40, 0, 10));
  const back = alertsOn(soc, 38).filter(({ resource }) => resource.includes('wrong-'));
  expect(back.map(({ withdrawn, revision }) => [withdrawn, revision])).toEqual(standing.map(({ revision }) => [false, revision + 2]));
  expect(incident()).toBe('open');
  expect(guarded()).toBe(3);
});

/** Counts how often the source is looked at. */
function counting(): { readonly planned: (plan: Plan) => Plan; readonly taken: () => number } {
  let looks = 0;
  const taken = (): number => {
    const counted = looks;
    looks = 0;
    return counted;
  };
  const planned = (plan: Plan): Plan => ({ ...plan, source: { scan: (window, run) => {
    looks++;
    return plan.source.scan(window, run);
  } } });
  return { planned, taken };
}

test('a file that was only touched redoes nothing, and is not read again by the next run', async () => {
  const soc = await workspace(moment(40, 12));
  await backfillDays(soc, 38, 40);
  const { planned, taken } = counting();
  await runAt(soc, moment(40, 9), { planned });
  const usual = (taken(), await runAt(soc, moment(40, 10), { planned }), taken());
  utimesSync(soc.hourFile(moment(38, 10)), new Date(), new Date());
  const before = runs(soc);
  await runAt(soc, moment(40, 11), { planned });
  expect(taken()).toBe(usual + 2);
  expect(newRuns(soc, before).map(({ day }) => day)).toEqual([dayNumber(40)]);
  await runAt(soc, moment(40, 12), { planned });
  expect(taken()).toBe(usual);
});

test('a day that was not scored is not reopened', async () => {
  const soc = await workspace(moment(40));
  await backfillDays(soc, 39, 40);
  const before = digest(soc);
  soc.append(...stranger(soc, moment(30, 10, 50), 'old-1', 'old-2'));
  expect((await runAt(soc, moment(40))).records).toEqual([]);
  expect(digest(soc)).toBe(before);
});

test.skipIf(!inCi)('a day is reopened and the next one closed by one call, or by two: the same comes of it (CI tier)', async () => {
  const soc = await workspace(moment(40));
  const late = (): void => {
    soc.grow(moment(41, 6));
    writeFileSync(file, text);
    appendFileSync(file, added);
    utimesSync(file, moment(39), moment(39));
  };
  const file = soc.hourFile(moment(38, 10));
  const [text, { mtime }] = [readFileSync(file, 'utf8'), statSync(file)];
  soc.append(...stranger(soc, moment(38, 10, 50), 'late-1', 'late-2', 'late-3'));
  const added = readFileSync(file, 'utf8').slice(text.length);
  const begin = async (): Promise<void> => {
    soc.forget();
    writeFileSync(file, text);
    utimesSync(file, mtime, mtime);
    await backfillDays(soc, 36, 40);
    late();
  };
  await begin();
  await runAt(soc, moment(41, 6));
  const one = digest(soc);
  await begin();
  await backfillDays(soc, 36, 40, { now: moment(41, 6) });
  await backfillDays(soc, 36, 41, { now: moment(41, 6) });
  await runAt(soc, moment(41, 6));
  expect(digest(soc)).toBe(one);
});

/** Rows that have a day already, of made-up accounts, all in one file. */
const rows = (from: number, to: number): string => Array.from({ length: (to - from) * 24 }, (_, at) => {
  const [day, user] = [from + Math.floor(at / 24), at % 12];
  const isNew = (day * 31 + user * 17 + at * 7) % 11 === 0;
  return `${JSON.stringify({ user: `u${user}`, resource: `r${isNew ? (day * 13 + at) % 60 : (user % 4) * 5 + (at % 4)}`, day: moment(day).toISOString().slice(0, 10) })}\n`;
}).join('');

test('late rows in one file that holds everything: their day alone is scored again, months later too', { timeout: 120_000 }, async () => {
  const soc = await workspace(moment(0), { detection: { source: '{ use: files/table, settings: { path: ./accesses.jsonl } }', view: '', enrich: '[]', rules: '[]', sinks: '[]', score: '{ every: 1d, lag: 0m }', train: '{ window: 60d, every: 30d }' } });
  const file = join(soc.folder, 'accesses.jsonl');
  writeFileSync(file, rows(0, 96));
  await backfillDays(soc, 40, 95);
  await backfillDays(soc, 40, 96);
  const before = { runs: runs(soc), onwards: onwards(soc) };
  appendFileSync(file, ['v1', 'v2', 'v3'].map((resource) => `${JSON.stringify({ user: 'u3', resource, day: moment(44).toISOString().slice(0, 10) })}\n`).join(''));
  const { records } = await runAt(soc, moment(96));
  expect(records.map(({ day }) => day)).toEqual([dayNumber(44)]);
  expect(records[0]?.changes.filter((change) => change.startsWith('gained u3 → v'))).toHaveLength(3);
  expect(runs(soc).slice(0, before.runs.length)).toEqual(before.runs);
  expect(onwards(soc)).toEqual(before.onwards);
});
