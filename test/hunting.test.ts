import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sentinelColumns } from '@byoml/core/results';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindKql, hasKusto, type KqlTables } from './kql.ts';
import { moment, SmallWorkspace } from './small-workspace.ts';
import { inCi } from './tier.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
const until = moment(37);
let soc: SmallWorkspace;
beforeAll(async () => {
  soc = await SmallWorkspace.make();
  soc.grow(until);
});
afterAll(() => soc[Symbol.dispose]());

const run = (...args: readonly string[]) => spawnSync(process.execPath, [byoml, ...args, '--workspace', soc.folder], { encoding: 'utf8', maxBuffer: 64 << 20 });
/** What the command prints with --json. */
const json = (...args: readonly string[]): any => JSON.parse(run(...args, '--json').stdout);
const tables: KqlTables = { SecurityEvent: { TimeGenerated: 'datetime', EventID: 'int', Computer: 'string' }, Mine_CL: sentinelColumns };
/** What Microsoft's parser and binder say against a query; kql.test.ts counts it as skipped where they are not there. */
const faultsOf = (kql: string): readonly string[] => (hasKusto() ? bindKql(kql, tables).faults : []);

describe('hunt', () => {
  test('prints the query for a detection\'s alerts', () => {
    const { stdout, stderr } = run('hunt', 'shares', '--look-back', '2d', '--around', '90m', '--table', 'Mine_CL');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^let Alerts = materialize\(Mine_CL\n {4}\| where TimeGenerated > ago\(2d\)\n {4}\| where Detection == "shares"\n/u);
    expect(stdout).toContain('From = StartTime - 90m');
    expect(json('hunt', 'shares')).toEqual({ detection: 'shares', alert: null, kql: expect.stringContaining('ByomlAnomalousAccess_CL') as string });
    expect(faultsOf(stdout)).toEqual([]);
  });

  test.skipIf(!inCi)('prints that for an alert with its values (CI tier)', () => {
    expect(run('run', 'shares', '--now', until.toISOString()).status).toBe(0);
    const [alert] = soc.delivered() as [any];
    const { alert: recordId, detection, kql } = json('hunt', alert.recordId.slice(0, 12), '--around', '0s');
    expect({ recordId, detection }).toEqual({ recordId: alert.recordId, detection: 'shares' });
    expect(kql).toContain(`EventUser == ${JSON.stringify(alert.user)} and EventResource == ${JSON.stringify(alert.resource)}, "the access"`);
    expect(kql).toContain(`| where TimeGenerated between (datetime(${alert.firstSeen}) .. datetime(${alert.lastSeen}))`);
    for (const host of alert.sourceHosts) expect(kql).toContain(`"${host}"`);
    expect(faultsOf(kql)).toEqual([]);
  });

  test.skipIf(!inCi).each([[['abcd1234'], 'RECORD_UNKNOWN'], [['none'], 'DETECTION_UNKNOWN'], [['shares', '--table', 'x | take 1'], 'USAGE_INVALID'], [['shares', '--around', 'soon'], 'USAGE_INVALID'], [['shares', '--look-back', '1y'], 'USAGE_INVALID']])('%j is refused (CI tier)', (args, code) => {
    expect(json('hunt', ...args).error.code).toBe(code);
  });

  test('a detection without a view of a table of Sentinel says so', () => {
    writeFileSync(join(soc.folder, 'detections', 'plain.yaml'), 'version: 1\nname: plain\nsource: { use: files/table, settings: { path: ./accesses.csv } }\nalgorithm: anomalous-resource-access/access-walk\n');
    expect(json('hunt', 'plain').error).toMatchObject({ code: 'USAGE_INVALID', message: expect.stringContaining('plain has no hunting query') as string });
  });
});

describe('baseline', () => {
  const rowsOf = (file: string): any[] => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));

  test('writes one row for each pair, the same in every format', () => {
    const outs = ['jsonl', 'csv', 'parquet'].map((format) => join(soc.folder, `baseline.${format}`)) as [string, string, string];
    const written = outs.map((out) => json('baseline', 'shares', '--out', out, '--now', until.toISOString()));
    const rows = rowsOf(outs[0]);
    expect(written.map((one) => one.rows)).toEqual([rows.length, rows.length, rows.length]);
    expect(written[0]).toMatchObject({ detection: 'shares', leftOut: 0, days: { from: '2026-01-21', to: '2026-02-10' } });
    expect(Object.keys(rows[0])).toEqual(['scope', 'user', 'resource', 'firstSeen', 'lastSeen', 'days', 'count', 'share', 'usersOfResource', 'resourcesOfUser', 'isRare', 'peers', 'peersUsing', 'peerRare']);
    expect(new Set(rows.map(({ scope, user, resource }) => `${scope} ${user} ${resource}`)).size).toBe(rows.length);
    for (const { firstSeen, lastSeen, days, count, isRare, usersOfResource, share } of rows) {
      expect(firstSeen <= lastSeen && firstSeen >= '2026-01-21' && lastSeen < '2026-02-11' && days <= count).toBe(true);
      expect(isRare).toBe(usersOfResource <= 2 || share < 0.001);
    }
    const lines = readFileSync(outs[1], 'utf8').trimEnd().split('\n');
    expect([lines[0], lines.length - 1]).toEqual([Object.keys(rows[0]).join(','), rows.length]);
    expect(readFileSync(outs[2]).subarray(0, 4).toString()).toBe('PAR1');
  });

  test.skipIf(!inCi)('peers are those of the department that the detection joins (CI tier)', () => {
    const out = join(soc.folder, 'peers.jsonl');
    json('baseline', 'shares', '--out', out, '--now', until.toISOString());
    const departmentOf = new Map(readFileSync(join(soc.folder, 'people.csv'), 'utf8').trimEnd().split('\n').slice(1).map((line) => [line.split(',')[0], line.split(',')[3]] as const));
    const rows = rowsOf(out);
    const users = new Set(rows.map(({ user }) => user as string));
    const [{ user, peers }] = rows.filter((row) => departmentOf.has(row.user)) as [any];
    expect(peers).toBe([...users].filter((other) => other !== user && departmentOf.get(other) === departmentOf.get(user)).length);
  });

  test('says how to look events up in it, and what was left out', () => {
    const { stdout } = run('baseline', 'shares', '--out', join(soc.folder, 'few.csv'), '--max-rows', '5', '--now', until.toISOString());
    expect(stdout).toMatch(/few\.csv: 5 pairs of 2026-01-21 to 2026-02-10\n! [\d,]+ pairs that were seen longest ago are left out/u);
    expect(stdout).toContain('_GetWatchlist("byoml-shares")');
    const { kql } = json('baseline', 'shares', '--out', join(soc.folder, 'few.parquet'), '--now', until.toISOString());
    expect(faultsOf(kql)).toEqual([]);
  });

  test.skipIf(!inCi).each([[['shares', '--out', 'x.txt'], 'FORMAT_UNKNOWN'], [['shares', '--out', 'x.csv', '--now', '2020-01-01T00:00:00Z'], 'DATA_EMPTY'], [['none', '--out', 'x.csv'], 'DETECTION_UNKNOWN'], [['shares'], 'USAGE_INVALID']])('%j is refused (CI tier)', (args, code) => {
    expect(json('baseline', ...args).error.code).toBe(code);
  });
});
