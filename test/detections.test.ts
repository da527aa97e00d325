import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeEnterprise } from '@byoml/core/samples';
import { aRun } from '@byoml/core/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inCi } from './tier.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
let folder = '';

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [byoml, ...args], { encoding: 'utf8', cwd: folder, maxBuffer: 1 << 26, env: { ...process.env, NO_COLOR: '1' } });
function json(...args: string[]): any {
  const { status, stdout, stderr } = run(...args, '--json');
  if (status !== 0) throw new Error(`byoml ${args.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

const detection = (name: string, settings = '{}'): string => `version: 1
name: ${name}
source: { use: files/data-export, settings: { path: ./enterprise/export, table: SecurityEvent } }
view: anomalous-resource-access/windows-file-shares
enrich: [ { source: { use: files/table, settings: { path: ./enterprise/people.csv } }, key: user, columns: [manager, team, department, title] } ]
algorithm: { use: anomalous-resource-access/access-walk, settings: ${settings} }
train: { window: 30d, every: 7d }
budget: 5/day
scanners: ['svc-*']
rules: [ { use: anomalous-resource-access/unusual-access } ]
sinks: [ { use: files/table, settings: { path: ./results.jsonl, mode: append } } ]
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'byoml-detections-'));
  mkdirSync(join(folder, 'detections'));
  // Generated, not real.
  await writeEnterprise({ out: join(folder, 'enterprise'), seed: 3, users: 120, days: 56, campaigns: { sweeps: 1, fanOuts: 1, insiders: 0 } }, aRun());
  writeFileSync(join(folder, 'detections', 'share-access.yaml'), detection('share-access'));
  json('backfill', 'share-access', '--from', '2026-02-16', '--to', '2026-02-26');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an export folder becomes a queue', () => {
  test('run scores what is due and answers number, key, window, funnel, alerts, incidents and report', () => {
    const { runs } = json('run', 'share-access', '--now', '2026-02-27T00:20:00Z');
    expect(runs.map(({ window }: any) => window)).toEqual([{ from: '2026-02-26T00:00:00.000Z', to: '2026-02-27T00:00:00.000Z' }]);
    const [{ number, key, funnel, alerts, incidents, report }] = runs;
    expect(number).toBeGreaterThan(0);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(funnel)).toEqual(['read', 'kept', 'scored', 'unknown', 'overBudget', 'suppressed', 'sent']);
    expect(funnel.read).toBeGreaterThan(funnel.kept);
    expect(funnel.kept).toBeGreaterThanOrEqual(funnel.scored);
    expect(alerts).toBe(funnel.sent);
    expect(incidents).toBeLessThanOrEqual(5);
    expect(readFileSync(report, 'utf8')).toContain('share-access');
  });

  test('the same call again does nothing', () => {
    const before = json('runs', 'list').runs.length;
    expect(json('run', 'share-access', '--now', '2026-02-27T00:20:00Z').runs).toEqual([]);
    expect(json('runs', 'list').runs).toHaveLength(before);
  });

  test('incidents list answers the queue with its evidence', () => {
    const { incidents } = json('incidents', 'list');
    expect(incidents.length).toBeGreaterThan(0);
    for (const { id, day, entity, kind, users, sourceHosts, resources, surprise, oneIn, status, evidence } of incidents) {
      expect({ id, day, status }).toEqual({ id: expect.stringMatching(/^[0-9a-f]{16}$/), day: expect.stringMatching(/^2026-02-\d\d$/), status: 'open' });
      expect(kind === 'account' ? users : sourceHosts).toContain(entity);
      expect(resources.length).toBeGreaterThan(0);
      expect([surprise, oneIn].every(Number.isFinite)).toBe(true);
      expect(evidence.length).toBeGreaterThan(0);
    }
    expect(json('incidents', 'list', '--search', incidents[0].entity).incidents.map(({ entity }: any) => entity)).toContain(incidents[0].entity);
  });

  test('the sink has every alert of the state, each revision once', () => {
    const lines = readFileSync(join(folder, 'results.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    const keys = lines.map(({ recordId, revision }) => `${recordId} ${revision}`);
    expect(new Set(keys).size).toBe(keys.length);
    const alerts = json('runs', 'list', '--limit', '1000').runs.reduce((sum: number, { alerts: held }: any) => sum + held, 0);
    expect(keys.length).toBe(alerts);
    for (const row of lines) expect(row).toMatchObject({ detection: 'share-access', day: expect.stringMatching(/^2026-/), severity: expect.any(String), message: expect.stringContaining(row.user) });
  });
});

describe('an alert is explained exactly', () => {
  let alert: any;
  /** An alert that rests on peers and resources which the account shares with them, as `explain` shows it. */
  beforeAll(() => {
    const ids: string[] = json('incidents', 'list').incidents.flatMap(({ evidence }: any) => evidence).filter(({ kind }: any) => kind === 'first').map(({ recordId }: any) => recordId);
    alert = ids.values().map((id) => json('explain', id).alert).find(({ explanation }) => explanation.terms.some(({ from }: any) => from.peer !== undefined));
  });

  test('its terms sum to s, and leaving evidence out does what it says', () => {
    const { terms, total, reasons } = alert.explanation;
    expect(terms.reduce((sum: number, { value }: any) => sum + value, 0)).toBeCloseTo(total, 12);
    expect(reasons.length).toBeGreaterThan(0);
    const [{ from }] = terms;
    const { without } = json('explain', alert.recordId.slice(0, 12), '--without', `peer=${from.peer}`);
    const left = terms.filter((term: any) => term.from.peer !== from.peer).reduce((sum: number, { value }: any) => sum + value, 0);
    expect(without.total).toBeCloseTo(left, 12);
    expect(without.surprise.after).toBeGreaterThan(without.surprise.before);
    expect(without.pValue.after).toBeLessThanOrEqual(without.pValue.before);
  });

  test('unknown evidence, and an alert that does not exist, are named', () => {
    expect(run('explain', alert.recordId, '--without', 'peer=nobody').stderr).toContain('nobody');
    expect(run('explain', 'abcdef012345')).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no alert abcdef012345') });
  });

  test('the raw events behind it are its own, as many as it counts', () => {
    const { events } = json('explain', alert.recordId, '--events');
    expect(events.total).toBe(alert.count);
    for (const { record } of events.events) expect(`${record.SubjectDomainName}\\${record.SubjectUserName}`).toBe(alert.user);
  });
});

describe('models are compared before they count', () => {
  test('a shadow writes nothing to the sink, is compared, promoted and rolled back, all in the audit log', () => {
    writeFileSync(join(folder, 'detections', 'share-access.yaml'), detection('share-access', '{ halfLife: 5d }'));
    const shadow = json('train', 'share-access', '--shadow', '--now', '2026-02-27T00:20:00Z');
    expect(shadow).toMatchObject({ role: 'shadow', settings: { halfLife: '5d' } });
    const [active] = json('models', 'list', 'share-access').models.filter(({ role }: any) => role === 'active');
    expect(active.settings.halfLife).not.toBe('5d');
    const results = readFileSync(join(folder, 'results.jsonl'), 'utf8');
    json('run', 'share-access', '--now', '2026-02-28T00:20:00Z');
    const shadows = json('incidents', 'list', '--shadow').incidents;
    const added = readFileSync(join(folder, 'results.jsonl'), 'utf8').slice(results.length);
    for (const { id } of shadows) expect(added).not.toContain(id);
    const name = (version: number): string => `share-access@${version}`;
    const diff = json('models', 'diff', name(active.version), name(shadow.version), '--days', '7');
    const count = (what: string): number => diff.differences.filter((one: any) => one.what === what).length;
    expect(diff.before - count('lost')).toBe(diff.after - count('gained'));
    expect(json('models', 'promote', name(shadow.version))).toMatchObject({ version: shadow.version, role: 'active' });
    const back = json('models', 'rollback', 'share-access');
    expect(back.version).not.toBe(shadow.version);
    const { audit } = json('models', 'show', 'share-access');
    expect(audit.map(({ action }: any) => action)).toEqual(expect.arrayContaining(['train', 'promote', 'rollback']));
  });
});

describe('what is wrong is said with its place', () => {
  const faults: ReadonlyArray<readonly [string, (text: string) => string, RegExp]> = [
    ['an unknown key', (text: string) => text.replace('budget:', 'budgt:'), /broken\.yaml:\d+:\d+: .*budgt/],
    ['broken YAML', (text: string) => text.replace('rules: [', 'rules: [['), /broken\.yaml:\d+:\d+/],
    ['a setting that the algorithm does not have', (text: string) => text.replace('settings: {} }', 'settings: { halflife: 3d } }'), /broken\.yaml:6:\d+: .*halflife.*halfLife/],
    ['a component that is not installed', (text: string) => text.replace('files/data-export', 'files/data-exports'), /broken\.yaml:3:\d+: .*data-exports/],
    ['a column that nothing gives', (text: string) => text.replace('budget:', 'filters: [ { column: resorce, matching: x } ]\nbudget:'), /broken\.yaml:\d+:\d+: .*"resorce".*resource/],
  ];
  /** One that the file shows by itself, one that takes the plugins; CI takes all. */
  const always = ['an unknown key', 'a setting that the algorithm does not have'];
  const isSaid = (_name: string, broken: (text: string) => string, message: RegExp): void => {
    writeFileSync(join(folder, 'detections', 'broken.yaml'), broken(detection('broken')));
    const { status, stderr } = run('run', 'broken');
    expect(stderr).toMatch(message);
    expect([2, 4]).toContain(status);
    rmSync(join(folder, 'detections', 'broken.yaml'));
  };
  test.each(faults.filter(([name]) => always.includes(name)))('%s', isSaid);
  test.skipIf(!inCi).each(faults.filter(([name]) => !always.includes(name)))('%s (CI tier)', isSaid);

  test('a folder that is no workspace, and a detection that does not exist', () => {
    expect(run('run', 'share-access', '--workspace', 'enterprise')).toMatchObject({ status: 2, stderr: expect.stringContaining('WORKSPACE_MISSING') });
    expect(run('run', 'share-acess')).toMatchObject({ status: 2, stderr: expect.stringContaining('nearest: share-access') });
  });
});
