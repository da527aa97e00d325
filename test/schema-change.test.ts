import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import type { RunRecord } from '@byoml/core/state';
import { expect, test } from 'vitest';
import { backfillDays, dayNumber, moment, runAt, type SmallWorkspace } from './small-workspace.ts';
import { freshWorkspaces } from './fresh-workspaces.ts';
import { inCi } from './tier.ts';

const workspace = freshWorkspaces();

type Rec = Readonly<Record<string, unknown>>;
const renamed = (from: string, to: string) => ({ [from]: value, ...record }: Rec): Rec => (value === undefined ? record : { ...record, [to]: value });

/** Rewrites what the export holds of the hours from `at` up to `to`, as if it had come so. */
function rewrite(soc: SmallWorkspace, at: Date, to: Date, change: (record: Rec) => Rec | null): void {
  for (let hour = at.getTime(); hour < to.getTime(); hour += 3_600_000) {
    const path = soc.hourFile(new Date(hour));
    const records = readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => change(JSON.parse(line) as Rec)).filter((record) => record !== null);
    writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    utimesSync(path, new Date(hour + 3_600_000), new Date(hour + 3_600_000));
  }
}

async function begun(): Promise<SmallWorkspace> {
  const soc = await workspace(moment(23, 10));
  await backfillDays(soc, 22, 23);
  await runAt(soc, moment(23, 10));
  soc.grow(moment(23, 11));
  return soc;
}

const changes: ReadonlyArray<readonly [string, (record: Rec) => Rec, string]> = [
  ['a column that the rows need is renamed', ({ Account: _account, ...record }) => renamed('SubjectUserName', 'SubjectUser')(record), '"Account" is gone (N of N records before had it), "SubjectUserName" is gone (N of N records before had it; "SubjectUser" has appeared)'],
  ['the predicate\'s column is renamed', renamed('EventID', 'EventCode'), '"EventID" is gone (N of N records before had it; "EventCode" has appeared)'],
  ['a column vanishes', ({ ShareName: _share, ...record }) => record, '"ShareName" is gone (N of N records before had it)'],
  ['a time becomes a number', (record) => ({ ...record, TimeGenerated: Date.parse(String(record['TimeGenerated'])) / 1e4 }), '"TimeGenerated" holds a number now'],
];

test('columns that change while a detection runs are named, with since when and what has appeared, and nothing is recorded', async () => {
  const soc = await begun();
  const before = soc.digest();
  const original = readFileSync(soc.hourFile(moment(23, 10)), 'utf8');
  const found: Record<string, unknown> = {};
  for (const [what, change] of changes) {
    writeFileSync(soc.hourFile(moment(23, 10)), original);
    rewrite(soc, moment(23, 10), moment(23, 11), change);
    const failed = await runAt(soc, moment(23, 11)).then(() => new Error('it ran'), (error: Error) => error);
    expect(failed).toMatchObject({ code: 'COLUMNS_MISSING', exit: 3 });
    found[what] = [failed.message.replaceAll(/\d+ of \d+ records/gu, 'N of N records').replace(/\. Nothing was recorded.*/u, ''), soc.digest() === before];
  }
  const since = `shares: the records of SecurityEvent changed at ${moment(23, 10).toISOString()}, in PT1H.json: `;
  expect(found).toEqual(Object.fromEntries(changes.map(([what, , says]) => [what, [since + says, true]])));
});

test('hours without a matching record, and columns that only some records have, are no change', async () => {
  const soc = await begun();
  const done = async (hour: number): Promise<[number | null, string]> => {
    const { records: [run] } = await runAt(soc, moment(23, hour));
    return [(run as RunRecord).day, (run as RunRecord).status];
  };
  // Nothing but logons, which have none of the columns of a share.
  rewrite(soc, moment(23, 10), moment(23, 11), ({ EventID: _id, ShareName: _share, RelativeTargetName: _target, ...record }) => ({ EventID: 4624, LogonType: 3, ...record }));
  expect(await done(11)).toEqual([dayNumber(23), 'done']);
  // Nothing but machine accounts, whose records are noise to the view.
  soc.grow(moment(23, 12));
  rewrite(soc, moment(23, 11), moment(23, 12), (record) => ({ ...record, SubjectUserName: 'FS01$' }));
  expect(await done(12)).toEqual([dayNumber(23), 'done']);
  // No record at all.
  soc.grow(moment(23, 13));
  rewrite(soc, moment(23, 12), moment(23, 13), () => null);
  expect(await done(13)).toEqual([dayNumber(23), 'done']);
  // A new column beside the old ones.
  soc.grow(moment(23, 14));
  rewrite(soc, moment(23, 13), moment(23, 14), (record) => ({ ...record, SubjectUserNames: 'x' }));
  expect(await done(14)).toEqual([dayNumber(23), 'done']);
});

const paths = 'share: ShareName, server: Computer, moment: TimeGenerated, host: IpAddress, name: SubjectUserName';
const view = (columns: string, user: string): string => `{ table: SecurityEvent, columns: { ${columns} }, where: [ { columns: [EventID], in: ['5140', '5145'] } ], sql: 'SELECT ''CORP\\'' || ${user} AS "user", server || share AS resource, CAST(CAST(moment AS TIMESTAMP) AS DATE) AS day, COUNT(*) AS count, MAX(CAST(moment AS TIMESTAMP)) AS lastSeen, list_sort(list(DISTINCT host)) AS sourceHosts FROM source WHERE ${user} IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3' }`;
const oldView = view(paths, 'name');
const newView = view(`${paths}, actor: Actor`, 'COALESCE(name, actor)');

test.skipIf(!inCi)('once the view reads the new name too, the next run scores all days since: nothing is lost, nothing comes twice (CI tier)', { timeout: 120_000 }, async () => {
  const soc = await workspace(moment(22, 10), { detection: { view: oldView, enrich: '[]' } });
  await backfillDays(soc, 21, 22);
  await runAt(soc, moment(22, 10));
  soc.grow(moment(24, 10));
  rewrite(soc, moment(22, 10), moment(24, 10), renamed('SubjectUserName', 'Actor'));
  for (const at of [moment(22, 11), moment(23, 9)]) await expect(runAt(soc, at)).rejects.toMatchObject({ code: 'COLUMNS_MISSING', details: { since: moment(22, 10).toISOString() } });
  soc.write({ view: newView, enrich: '[]' });
  const { records } = await runAt(soc, moment(24, 10));
  expect(records.filter(({ kind }) => kind === 'score').map(({ day }) => day)).toEqual([22, 23, 24].map(dayNumber));

  const alerts = (): unknown[] => soc.look((state) => state.alerts({ detection: soc.name }).map(({ revision: _r, firstRun: _f, lastRun: _l, ...alert }) => alert).toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1)));
  const found = alerts();
  expect(found.length).toBeGreaterThan(0);
  const keys = soc.keys();
  expect(new Set(keys).size).toBe(keys.length);
  soc.forget();
  await backfillDays(soc, 21, 24);
  await runAt(soc, moment(24, 10));
  expect(found).toEqual(alerts());
});
