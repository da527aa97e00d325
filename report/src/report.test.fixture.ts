import type { ReportData } from '@byoml/core/reporting';

type Incident = ReportData['incidents'][number];
type Alert = Incident['alerts'][number];

const dayAt = (back: number): string => new Date(Date.UTC(2026, 2, 27) - back * 86_400_000).toISOString().slice(0, 10);
const last = dayAt(0);

/** Pseudo-random, the same in every run. */
const wave = (i: number): number => (Math.sin(i * 12.9898) * 43_758.5453) % 1;
const between = (i: number, low: number, high: number): number => low + Math.abs(wave(i)) * (high - low);

const teams = ['Finance', 'Payroll', 'Engineering', 'Sales', 'Legal', 'Support', 'Facilities', 'Research'];
const shares = ['\\\\FS1\\finance', '\\\\FS1\\payroll', '\\\\FS2\\source', '\\\\FS2\\builds', '\\\\FS3\\contracts', '\\\\FS3\\tickets', '\\\\FS4\\plans', '\\\\FS4\\library', '\\\\FS5\\archive', '\\\\FS5\\scans'];
const people = ['a.moreau', 'b.santos', 'c.ivanova', 'd.okafor', 'e.larsen', 'f.tanaka', 'g.novak', 'h.weber', 'i.rossi', 'j.byrne', 'k.lund', 'l.silva'];
const person = (i: number): string => `CORP\\${people[i % people.length] as string}`;
const share = (i: number): string => shares[i % shares.length] as string;

function anAlert(i: number, user: string, resource: string): Alert {
  const contributions = Array.from({ length: 5 + (i % 9) }, (_, k) => ({ label: `through ${share(i + k)} with ${person(i + k + 3)}`, value: between(i * 31 + k, 0.001, 0.02) / (k + 1) })).sort((a, b) => b.value - a.value);
  return {
    recordId: `${(i + 1).toString(16).padStart(4, '0')}c0de`.repeat(8), user, resource, status: i % 5 === 4 ? 'new-resource' : 'scored',
    surprise: between(i, 5.2, 9.6), pValue: 1 / Math.round(between(i + 7, 180, 2_600)), count: 1 + (i % 14), sourceHosts: [`WS-${100 + i}`], firstSeen: `${last}T02:${10 + (i % 40)}:00Z`, lastSeen: `${last}T03:${10 + (i % 40)}:00Z`,
    sentence: `${i % 3} of ${14 + (i % 5)} users of ${resource} touch other resources of ${user}; for usual accesses of ${user} it is 11 of 12.`,
    reasons: [`${user} is linked to ${resource} by ${person(i + 3)} through ${share(i + 4)}.`, `${i % 2} of 9 users of team Sales use ${resource}, against ${12 + i} of all 240 users.`],
    quantity: 's', total: contributions.reduce((sum, { value }) => sum + value, 0), exact: true, contributions,
  };
}

function aPicture(i: number, user: string, odd: readonly string[]): Incident['picture'] {
  const resources = [...odd, ...shares.filter((text) => !odd.includes(text)).slice(0, 5)];
  const users = [user, ...Array.from({ length: 6 }, (_, k) => person(i + k + 1)).filter((peer) => peer !== user)];
  const counts = users.map((_, u) => resources.map((_resource, r) => (r < odd.length ? (u === 0 ? 3 + i : 0) : Math.abs(wave(u * 7 + r + i)) > 0.35 ? Math.round(between(u * 11 + r * 3 + i, 1, 180)) : 0)));
  const timeline = Array.from({ length: 30 }, (_, back) => ({ day: dayAt(29 - back), usual: (29 - back) % 7 >= 5 ? 0 : Math.round(between(i * 30 + back, 4, 22)), fresh: back === 29 ? odd.length + 2 : back % 9 === 4 ? 1 : 0, alerted: back === 29 ? odd.length : 0 }));
  return { matrix: { users, resources, counts, odd: odd.map((_, r): [number, number] => [0, r]) }, timeline };
}

export function anIncident(i: number, rank: number, day: string, rows: number): Incident {
  const source = i % 6 === 3;
  const user = person(i * 5);
  const odd = Array.from({ length: rows }, (_, k) => share(i + k * 3 + 1)).filter((text, at, all) => all.indexOf(text) === at);
  const alerts = odd.map((resource, k) => anAlert(i * 10 + k, source ? person(i + k) : user, resource));
  const entity = source ? `WS-${100 + i}` : user;
  return {
    id: `${(i + 1).toString(16).padStart(2, '0')}inc`.repeat(10), day, rank, kind: source ? 'source' : 'account', entity, severity: (['high', 'medium', 'low', 'informational'] as const)[i % 4] as string,
    users: [...new Set(alerts.map((alert) => alert.user))], sourceHosts: [`WS-${100 + i}`], resources: odd, surprise: between(i, 6, 30), oneIn: Math.round(between(i + 3, 900, 2_400) / rank), status: i % 7 === 6 ? 'closed' : 'open', evidence: alerts.length * 3,
    sentence: `${entity} used ${odd.length === 1 ? 'a resource' : `${odd.length} resources`} it never used before; ${odd[0] as string} is used by none of its 6 nearest peers.`, alerts, picture: aPicture(i, user, odd),
  };
}

const flow: ReportData['picture']['flow'] = [
  ...teams.flatMap((team, t) => shares.filter((_, r) => Math.abs(wave(t * 10 + r)) > 0.45).map((resource, r) => ({ source: team, target: resource, value: Math.round(between(t * 17 + r, 20, 900)), odd: false }))),
  { source: 'Sales', target: '\\\\FS1\\payroll', value: 9, odd: true }, { source: 'Facilities', target: '\\\\FS2\\source', value: 14, odd: true }, { source: 'Support', target: '\\\\FS3\\contracts', value: 4, odd: true },
];

const points = Array.from({ length: 10 }, (_, i) => 10 ** (-3 + (3 * i) / 9)).map((expected, i) => {
  const spread = 1.96 * Math.sqrt((expected * (1 - expected)) / 1_204);
  return { expected, observed: Math.min(1, Math.max(0, expected + spread * (i === 2 ? 1.6 : wave(i) * 0.8))), low: Math.max(0, expected - spread), high: Math.min(1, expected + spread) };
});

/** A run of made-up people and shares: 30 days, a full queue on the last one. */
export function aReport(changes: Partial<ReportData> = {}): ReportData {
  const incidents = [...Array.from({ length: 8 }, (_, i) => anIncident(i, i + 1, last, 1 + (i % 3))), ...Array.from({ length: 5 }, (_, i) => anIncident(i + 8, i + 1, dayAt(1), 1 + (i % 2)))];
  return {
    detection: 'share-access', run: 12, window: { from: `${last}T00:00:00Z`, to: '2026-03-28T00:00:00Z' }, made: '2026-03-28T00:17:42Z', generated: true,
    algorithm: 'anomalous-resource-access/access-walk', model: { version: 3, digest: `sha256:${'4f9a1c27'.repeat(8)}`, from: '2026-02-25T00:00:00Z', to: `${last}T00:00:00Z`, rows: 48_213 },
    budget: 10,
    days: Array.from({ length: 30 }, (_, i) => ({ day: dayAt(29 - i), queued: i === 29 ? 8 : i === 12 || i === 25 ? 13 : (29 - i) % 7 >= 5 ? Math.round(between(i, 0, 3)) : Math.round(between(i, 7, 13)), more: i === 12 || i === 25 ? Math.round(between(i + 50, 2, 9)) : 0, candidates: (29 - i) % 7 >= 5 ? 140 : Math.round(between(i, 900, 1_400)), workday: ![0, 6].includes(new Date(dayAt(29 - i)).getUTCDay()) })),
    incidents,
    scanners: [{ entity: 'CORP\\svc-backup', rows: 4_112 }, { entity: 'CORP\\svc-index', rows: 1_870 }],
    funnel: { read: 4_213_007, kept: 61_442, scored: 1_204, unknown: 97, overBudget: 6, suppressed: 31, sent: 17 },
    drops: [
      { stage: 'kept', rows: 3_912_550, reason: 'event is not a file-share access (view windows-file-shares)' }, { stage: 'kept', rows: 239_015, reason: 'resource matches \\IPC\\$$ (filter 1)' },
      { stage: 'scored', rows: 60_238, reason: 'known: the account had used the resource before' }, { stage: 'suppressed', rows: 25, reason: 'of a scanner' }, { stage: 'suppressed', rows: 6, reason: 'absorbed by an incident that is still open' },
    ],
    picture: {
      histogram: Array.from({ length: 24 }, (_, i) => ({ from: i * 0.5, to: i * 0.5 + 0.5, calibration: Math.exp(-((i - 6) ** 2) / 18) / 7.5, run: (Math.exp(-((i - 6.3) ** 2) / 19) / 7.7) * (1 + 0.15 * wave(i)) + (i === 17 ? 0.004 : 0) })),
      calibration: points, flow,
    },
    warnings: ['3 records had no source host; their rows belong to account incidents only.', 'The source gave nothing between 04:00 and 05:00 UTC.'],
    commands: [{ what: 'The oddest row in full', command: `byoml explain ${incidents[0]?.alerts[0]?.recordId ?? ''}` }, { what: 'What another budget would have shown', command: 'byoml preview share-access --days 30 --budget 5/day' }, { what: 'This run and those before', command: 'byoml runs list share-access' }],
    ...changes,
  };
}

/** The same day with nothing odd, before anything was calibrated. */
export const aQuietReport = (): ReportData => aReport({ incidents: [], scanners: [], warnings: [], drops: [], commands: [], picture: { histogram: [], calibration: [], flow: [] }, days: [{ day: last, queued: 0, more: 0, candidates: 340, workday: true }], funnel: { read: 61_442, kept: 61_442, scored: 340, unknown: 0, overBudget: 0, suppressed: 0, sent: 0 } });
