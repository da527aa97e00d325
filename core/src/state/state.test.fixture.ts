import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord, DetectionState, ModelRecord, RunOutcome, State } from './index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'byoml-state-'));

/** A workspace of its own for one test. */
export const workspaceFolder = (): string => mkdtempSync(join(scratch, 'workspace-'));

/** For `afterAll`. */
export const removeWorkspaces = (): void => rmSync(scratch, { recursive: true, force: true });

export const stateFile = (workspace: string): string => join(workspace, '.byoml', 'state.sqlite');

const hexadecimal = (text: string): string => Buffer.from(text).toString('hex').padEnd(64, '0');

type Alert = RunOutcome['alerts'][number];
export const alert = (name: string, change: Partial<Alert> = {}): Alert => ({
  recordId: hexadecimal(name), detection: 'share-access', role: 'production', scope: 'contoso', user: `CONTOSO\\${name}`, resource: '\\\\FS1\\hr "x"', day: 20000, count: 2,
  sourceHosts: ['10.0.0.1', 'höst'], firstSeen: 1.5e12, lastSeen: 1.5e12 + 0.5, status: 'scored', surprise: 7.25, coldSurprise: null, pValue: 1e-9, severity: 'medium', rule: 'anomalous-resource-access/unusual-access', techniques: ['T1078'], title: 'Unusual access',
  message: `${name} used hr`, entities: { account: name }, explanation: { sentence: 'peers do not', terms: [{ label: 'peers', value: 7.25 }], reasons: [] }, incident: hexadecimal('i'), withdrawn: false, ...change,
});

type Incident = RunOutcome['incidents'][number];
export const incident = (name: string, change: Partial<Incident> = {}): Incident => ({
  id: hexadecimal(name), detection: 'share-access', role: 'production', kind: 'account', scope: 'contoso', entity: `CONTOSO\\${name}`, day: 20000, users: [`CONTOSO\\${name}`],
  sourceHosts: ['10.0.0.1'], resources: ['\\\\FS1\\hr'], surprise: 9, oneIn: 250, rank: 1, status: 'open', severity: 'high', sentence: `${name} used one resource`, ...change,
});

type Evidence = RunOutcome['evidence'][number];
export const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  incident: hexadecimal('i'), recordId: hexadecimal('ann'), kind: 'first', user: 'CONTOSO\\ann', resource: '\\\\FS1\\hr', day: 20000, count: 2, lastSeen: null, surprise: 7.25, pValue: 1e-9,
  sentence: 'seen twice', ...change,
});

export const model = (version: number, change: Partial<ModelRecord> = {}): ModelRecord => ({
  detection: 'share-access', version, digest: `digest-${version}`, parentDigest: version === 1 ? null : `digest-${version - 1}`, made: 'train', algorithm: '@byoml/anomalous-resource-access/access-walk',
  settings: { halfLife: '120d' }, role: 'active', days: { from: 19970, to: 20000 }, rows: 1000, calibrated: true, generation: 1, scanners: [{ scope: 'contoso', user: 'scan' }], pruned: false,
  at: '2024-10-04T01:00:00.000Z', ...change,
});

export const detectionState = (change: Partial<DetectionState> = {}): DetectionState => ({
  detection: 'share-access', role: 'production', model: 1, generation: 1, rowCorrection: 0.9, queueCorrection: 1.1, closedThrough: null, learnedThrough: 19999, trainedAt: 20000, ...change,
});

export const audit = (action: AuditRecord['action'], change: Partial<AuditRecord> = {}): AuditRecord => ({ at: '2024-10-04T01:00:00.000Z', action, detection: 'share-access', detail: `${action} it`, ...change });

/** A score run of UTC day 20000; the key is the only thing that every run has of its own. */
export const outcome = (key: string, change: Partial<Omit<RunOutcome, 'run'>> & { readonly run?: Partial<RunOutcome['run']> } = {}): RunOutcome => ({
  role: 'production', alerts: [], incidents: [], evidence: [], guards: [], suppressed: [], watermarks: [], sinks: [], state: detectionState(), calibration: [], hosts: [], models: [], audit: [], ...change,
  run: {
    key, detection: 'share-access', kind: 'score', window: { from: '2024-10-04T00:00:00Z', to: '2024-10-05T00:00:00Z' }, day: 20000, status: 'done', model: { version: 1, digest: 'digest-1' },
    seed: 7, data: 'rows', settings: 'file', calibration: { generation: 1, row: 0.9, queue: 1.1 }, suppressions: [], funnel: { read: 90, kept: 80, scored: 9, unknown: 1, overBudget: 2, suppressed: 1, sent: 3 },
    drops: [{ stage: 'kept', rows: 10, reason: 'a filter' }], alerts: 1, incidents: 1, more: 0, aboveThreshold: 1, warnings: ['late'], changes: [], seconds: 1.5, picture: { flow: [] },
    at: '2024-10-05T00:15:00.000Z', ...change.run,
  },
});

export const calibrationDay = (day: number): RunOutcome['calibration'][number] => ({ generation: 1, day, scopes: [{ scope: 'contoso', bytes: Uint8Array.of(1, day % 256) }], incidents: Float64Array.of(day, 0.5) });

/** A training and ten days of it, two runs a day: alerts come, change and go; a shadow learns beside. */
export function stream(): RunOutcome[] {
  const sinks = [{ sink: 0, address: 'files/table' }, { sink: 1, address: 'files/other' }];
  const training = outcome('train', { run: { kind: 'train', day: null }, models: [model(1)], audit: [audit('train')], calibration: [calibrationDay(19998), calibrationDay(19999)] });
  const runs = Array.from({ length: 20 }, (_, half) => scored(half, sinks));
  const shadow = outcome('shadow', { role: 'shadow', run: { day: 20003 }, alerts: [alert('ann', { role: 'shadow', day: 20003 })], state: detectionState({ role: 'shadow', model: 2 }), models: [model(2, { role: 'shadow' })], sinks });
  return [training, ...runs.slice(0, 8), shadow, ...runs.slice(8)];
}

function scored(half: number, sinks: RunOutcome['sinks']): RunOutcome {
  const day = 20000 + (half >> 1);
  const late = half % 2 === 1;
  const named = (name: string, count: number): Alert => alert(`${name} ${day}`, { day, count });
  return outcome(`half ${half}`, {
    run: { day }, sinks, state: detectionState({ closedThrough: late ? day : day - 1 }),
    alerts: late ? [named('ann', 5), named('bob', 1)] : [named('ann', 2), named('cat', 1)],
    incidents: [incident(`i ${day}`, { day, surprise: half })],
    evidence: [evidence({ incident: hexadecimal(`i ${day}`), day, count: late ? 5 : 2, kind: late ? 'again' : 'first' })],
    guards: [{ detection: 'share-access', scope: 'contoso', user: 'CONTOSO\\ann', resource: `r${day}`, since: day, until: day + 30 }],
    watermarks: [{ detection: 'share-access', url: 'file:a', version: `${half}`, bytes: half * 1000 }, { detection: 'share-access', url: `file:${day}`, version: '1', bytes: half }],
    calibration: late ? [calibrationDay(day)] : [], hosts: [{ scope: 'contoso', user: 'CONTOSO\\ann', host: '10.0.0.1', firstDay: day }],
  });
}

/** Lets the sinks take all there is, two rows at a time; returns what they took. */
export function drain(state: State): string[] {
  const taken: string[] = [];
  for (;;) {
    const rows = state.outbox('share-access', 2);
    if (rows.length === 0) return taken;
    taken.push(...rows.map(({ sink, recordId, revision }) => `${sink} ${recordId} ${revision}`));
    state.acknowledge(rows.map(({ id }) => id));
  }
}
