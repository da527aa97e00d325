import type { AlertRecord } from '../state/index.ts';

/** An alert as a run stores it. */
export const stored = (change: Partial<AlertRecord> = {}): AlertRecord => ({
  recordId: '3f2a90c1d4e5b6783f2a90c1d4e5b6783f2a90c1d4e5b6783f2a90c1d4e5b678', revision: 2, detection: 'share-access', role: 'production', scope: 'contoso', user: 'CONTOSO\\ann',
  resource: '\\\\FS1\\hr', day: 20_416, count: 3, sourceHosts: ['10.0.0.1', 'WS-17'], firstSeen: Date.UTC(2025, 10, 24, 8, 30), lastSeen: Date.UTC(2025, 10, 24, 9, 0, 0, 250),
  status: 'unconnected', surprise: 23.5, coldSurprise: null, pValue: 1e-4, severity: 'high', rule: 'anomalous-resource-access/unusual-access', techniques: ['T1021.002', 'T1039', 'T1078'],
  title: 'Unusual access of CONTOSO\\ann to \\\\FS1\\hr', message: 'CONTOSO\\ann accessed \\\\FS1\\hr, which nobody who shares accesses with this user uses.',
  entities: { account: 'CONTOSO\\ann', resource: '\\\\FS1\\hr' },
  explanation: {
    explains: 'surprise', exact: true, quantity: 's', total: 0, terms: [],
    reasons: [{ kind: 'no-path', sentence: 'Nobody who shares anything with CONTOSO\\ann uses \\\\FS1\\hr.', facts: {} }, { kind: 'usual-accesses', sentence: 'Usually it is 12 of 40.', facts: {} }],
    sentence: 'Nobody who shares anything with CONTOSO\\ann uses \\\\FS1\\hr: usually it is 12 of 40.',
  },
  incident: '00112233aabbccdd', withdrawn: false, firstRun: 7, lastRun: 9, ...change,
});
