import { expect, test } from 'vitest';
import { parseDetection } from '../detection-file/index.ts';
import { proposalText, trainingDays, type Proposal } from './proposal.ts';

const look = { days: 3, from: '2026-01-01', to: '2026-01-31', events: 9, accounts: 2, resources: 2, skippedShare: 0.61, skipped: [{ kind: 'machine accounts', records: 4 }, { kind: 'evil\nname: taken', records: 1 }], busiest: [{ account: 'CORP\\svc-scan', resources: 40 }] };
const proposal: Proposal = {
  name: 'share-access',
  source: { use: 'files/data-export', settings: { path: '/data/my export', table: 'SecurityEvent' } },
  view: 'anomalous-resource-access/windows-file-shares',
  mapped: { table: 'SecurityEvent', columns: new Map() },
  noise: true,
  people: { use: { use: 'files/table', settings: { path: '/data/people.csv' } }, key: 'user', columns: ['team', 'title'] },
  algorithm: 'anomalous-resource-access/access-walk',
  rules: ['anomalous-resource-access/unusual-access'],
  sinks: [{ use: 'files/table', settings: { path: './results.jsonl' } }],
  look,
};

test.each([
  { from: '2026-01-01', to: '2026-01-01', days: 30 },
  { from: '2026-01-01', to: '2026-01-31', days: 31 },
  { from: '2026-01-01', to: '2026-12-31', days: 90 },
])('$from to $to trains on $days days', ({ from, to, days }) => {
  expect(trainingDays({ from, to })).toBe(days);
});

test('the first detection file is one that parses, with paths as seen from the workspace', () => {
  const { detection } = parseDetection(proposalText(proposal, '/data/soc'), 'share-access.yaml');
  expect(detection).toMatchObject({
    name: 'share-access',
    source: { settings: { path: '../my export', table: 'SecurityEvent' } },
    view: { use: 'anomalous-resource-access/windows-file-shares', settings: { noise: 'drop' } },
    enrich: [{ source: { settings: { path: '../people.csv' } }, key: 'user', columns: ['team', 'title'] }],
    budget: { perDay: 10 },
    train: { window: 31 * 86_400_000, every: 7 * 86_400_000 },
    sinks: [{ settings: { path: './results.jsonl' } }],
  });
});

test('a source inside the workspace is named from there, and columns that were mapped are a view', () => {
  const text = proposalText({ ...proposal, source: { use: 'files/table', settings: { path: ['/data/soc/a.csv', '/data/soc/b.csv'] } }, view: null, mapped: { table: 'data', columns: new Map([['user', 'Account Name'], ['resource', 'Server']]) } }, '/data/soc');
  expect(parseDetection(text, 'share-access.yaml').detection).toMatchObject({ source: { settings: { path: ['./a.csv', './b.csv'] } }, view: { table: 'data', columns: { user: 'Account Name', resource: 'Server' } } });
});
