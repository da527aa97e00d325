import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { State, type AlertRecord, type RunOutcome } from '@byoml/core/state';
import type { Figure } from './run.ts';

const alerts = 1_000_000;
const perRun = 10_000;
const rounds = 5;

/** Generated: a hundred days of 10,000 alerts each. */
function outcome(day: number): RunOutcome {
  const alert = (i: number): Omit<AlertRecord, 'revision' | 'firstRun' | 'lastRun'> => ({
    recordId: `${day.toString(16).padStart(8, '0')}${i.toString(16).padStart(8, '0')}`.padEnd(64, '0'), detection: 'share-access', role: 'production', scope: '', user: `CORP\\u${(i * 7) % 5000}`, resource: `\\\\FS\\r${(i * 13) % 9000}`,
    day: 20_000 + day, count: 1, sourceHosts: ['10.0.0.1'], firstSeen: null, lastSeen: null, status: 'scored', surprise: (i * 97) % 1000, coldSurprise: null, pValue: 0.001,
    severity: i % 10 === 0 ? 'high' : 'medium', rule: '', techniques: [], title: 'Unusual access', message: 'generated', entities: {}, explanation: null, incident: null, withdrawn: false,
  });
  const zero = { read: 0, kept: 0, scored: 0, unknown: 0, overBudget: 0, suppressed: 0, sent: 0 };
  return {
    run: {
      key: `run ${day}`, detection: 'share-access', kind: 'score', window: { from: '', to: '' }, day: 20_000 + day, status: 'done', model: { version: 1, digest: '' }, seed: 7, data: '', settings: '', calibration: { generation: 1, row: 0, queue: 0 },
      suppressions: [], funnel: zero, drops: [], alerts: perRun, incidents: 0, more: 0, aboveThreshold: 0, warnings: [], changes: [], seconds: 0, picture: null, at: '',
    },
    role: 'production', alerts: Array.from({ length: perRun }, (_, i) => alert(i)), incidents: [], evidence: [], guards: [], suppressed: [], watermarks: [], sinks: [], calibration: [], hosts: [], models: [], audit: [],
    state: { detection: 'share-access', role: 'production', model: 1, generation: 1, rowCorrection: 0, queueCorrection: 0, closedThrough: null, learnedThrough: 0, trainedAt: 0 },
  };
}

function milliseconds(work: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const from = performance.now();
    work();
    return performance.now() - from;
  });
  return times.sort((a, b) => a - b)[rounds >> 1] as number;
}

/** A state with a million alerts: what lists, filters and counts take. */
export async function measure(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-bench-'));
  try {
    using state = State.open(folder);
    for (let day = 0; day < alerts / perRun; day++) state.commit(outcome(day));
    const figure = (name: string, work: () => unknown): Figure => ({ name: `state of 1M alerts: ${name}`, value: milliseconds(work), unit: 'ms', limit: 100, keep: 'at most' });
    const of = { detection: 'share-access', role: 'production' } as const;
    return [
      figure('list the newest 100', () => state.alerts({ ...of, limit: 100 })),
      figure('list 100 of one account', () => state.alerts({ ...of, user: 'CORP\\u42', limit: 100 })),
      figure('list 100 high ones of thirty days', () => state.alerts({ ...of, severity: 'high', from: 20_050, to: 20_080, limit: 100 })),
      figure('count by day', () => state.countAlertsBy(of, 'day')),
      figure('count by severity', () => state.countAlertsBy(of, 'severity')),
      figure('count by account, the 100 with the most', () => state.countAlertsBy({ ...of, limit: 100 }, 'user')),
      figure('count by resource, the 100 with the most', () => state.countAlertsBy({ ...of, limit: 100 }, 'resource')),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
