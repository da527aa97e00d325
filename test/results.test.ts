import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { navigatorLayerSchema } from '@byoml/core/attack';
import { ecsSchema, ocsfSchema, resultColumns, sentinelSchema } from '@byoml/core/results';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backfillDays, moment, SmallWorkspace } from './small-workspace.ts';

const byoml = join(import.meta.dirname, '..', 'cli', 'bin', 'byoml.js');
let soc: SmallWorkspace;
let alerts = 0;

const call = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [byoml, ...args, '--workspace', soc.folder], { encoding: 'utf8', cwd: soc.folder, env: { ...process.env, NO_COLOR: '1' } });
type Line = Readonly<Record<string, unknown>>;
const linesOf = (text: string): Line[] => text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line);

beforeAll(async () => {
  soc = await SmallWorkspace.make({ users: 40, detection: { budget: '40/day' } });
  soc.grow(moment(30));
  await backfillDays(soc, 28, 30);
  alerts = soc.look((state) => state.alerts({ role: 'production', withdrawn: false }).length);
});
afterAll(() => soc?.[Symbol.dispose]());

describe('promise 23: results in standard schemas', () => {
  test('the sinks write every column of a result, filled, and `byoml results` tells the same', () => {
    expect(alerts).toBeGreaterThan(3);
    const last = new Map(soc.delivered().map((row) => [row['recordId'], row]));
    const told = linesOf(call('results').stdout);
    expect(told).toHaveLength(alerts);
    for (const row of told) {
      const written = last.get(row['recordId']) as Line;
      expect(Object.keys(written)).toEqual(Object.keys(resultColumns));
      expect(written).toEqual(row);
      expect(row).toMatchObject({ rule: 'anomalous-resource-access/unusual-access', techniques: ['T1021.002', 'T1039', 'T1078'], tactics: expect.arrayContaining(['Lateral Movement', 'Collection']) });
      expect((row['reasons'] as string[]).length).toBeGreaterThan(0);
      expect(JSON.parse(row['entities'] as string)).toMatchObject({ account: row['user'], resource: row['resource'] });
    }
    const days = told.map(({ day }) => Date.parse(day as string));
    expect(days).toEqual(days.toSorted((a, b) => a - b));
  });

  test.each([['sentinel', sentinelSchema], ['ecs', ecsSchema], ['ocsf', ocsfSchema]] as const)('--as %s writes a file whose every line is valid, and --json counts them', (as, schema) => {
    const out = join(soc.folder, `${as}.jsonl`);
    const { status, stdout } = call('results', '--as', as, '--out', out, '--json');
    expect({ status, ...JSON.parse(stdout) }).toEqual({ status: 0, as, out, rows: alerts, withdrawn: 0, byDetection: { shares: alerts } });
    const lines = linesOf(readFileSync(out, 'utf8'));
    expect(lines.map((line) => schema.safeParse(line).error)).toEqual(lines.map(() => undefined));
    expect(lines).toHaveLength(alerts);
  });

  test('days and detections narrow it; a mistake is told before anything is written', () => {
    const days = new Set(linesOf(call('results').stdout).map(({ day }) => String(day)));
    const [day] = days;
    const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
    expect(new Set(linesOf(call('results', '--from', day as string, '--to', next).stdout).map((row) => row['day']))).toEqual(new Set([day]));
    expect(call('results', '--detection', 'other')).toMatchObject({ status: 0, stdout: '' });
    expect(call('results', '--from', 'yesterday')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('--from yesterday') });
    expect(JSON.parse(call('results', '--json').stdout)).toMatchObject({ error: { code: 'USAGE_INVALID', message: expect.stringContaining('--out FILE') } });
    expect(call('results', '--as', 'cef').status).toBe(2);
  });

  test('a file that cannot be written is told, and nothing half-written stays', () => {
    const nowhere = call('results', '--out', join(soc.folder, 'no', 'such', 'folder.jsonl'));
    expect(nowhere).toMatchObject({ status: 7, stderr: expect.stringContaining('could not be written') });
    expect(existsSync(join(soc.folder, 'no'))).toBe(false);
    expect(readdirSync(soc.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('a reader that has seen enough ends it without an error', async () => {
    const child = spawn(process.execPath, [byoml, 'results', '--as', 'ocsf', '--workspace', soc.folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('ATT&CK coverage', () => {
  test('the layer is valid and scores what the rules of the workspace name; the table stands by tactic', () => {
    const out = join(soc.folder, 'layer.json');
    const { status, stdout } = call('coverage', '--out', out);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Lateral Movement +TA0008\n +T1021\\.002 +Remote Services: SMB/Windows Admin Shares +${alerts} alerts +shares\n`, 'u'));
    const layer = navigatorLayerSchema.parse(JSON.parse(readFileSync(out, 'utf8')));
    expect(layer.techniques.filter(({ score }) => score !== undefined)).toMatchObject(['T1021.002', 'T1039', 'T1078'].map((techniqueID) => ({ techniqueID, score: alerts, comment: 'shares' })));
  });

  test('--json tells it as one document; a detection without rules covers nothing', () => {
    writeFileSync(join(soc.folder, 'detections', 'plain.yaml'), readFileSync(join(soc.folder, 'detections', 'shares.yaml'), 'utf8').replace('name: shares', 'name: plain').replace(/^rules: .*$/mu, 'rules: []'));
    expect(JSON.parse(call('coverage', '--json').stdout)).toMatchObject({ attack: 'Enterprise ATT&CK 18.1', notInForce: [], without: ['plain'], out: null, covered: [{ technique: 'T1021.002', detections: ['shares'] }, { technique: 'T1039' }, { technique: 'T1078' }] });
  });
});
