import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statuses } from '../contracts/algorithm.ts';
import { severities } from '../contracts/rule.ts';
import { attackTechniques } from '../attack/index.ts';
import type { AlertRecord } from '../state/index.ts';
import { inCi } from '../tier.test.fixture.ts';
import { checkedEcsRecord, checkedOcsfRecord, checkedSentinelRow, compatRow, compatSchema, ecsRecord, ocsfRecord, resultColumns, resultOfAlert, sentinelColumns, sentinelRow } from './index.ts';
import { stored } from './result.test.fixture.ts';

const production = { ruleStatus: 'Production' } as const;
const row = resultOfAlert(stored());

test.each([
  ['plain', row],
  ['sentinel', checkedSentinelRow(sentinelRow(row, production))],
  ['ecs', checkedEcsRecord(ecsRecord(row))],
  ['ocsf', checkedOcsfRecord(ocsfRecord(row))],
  ['compat', compatRow(row)],
])('one alert as %s is what it was', async (name, record) => {
  await expect(`${JSON.stringify(record, null, 2)}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.json`));
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.constantFrom('\\', 'DOM\\', '\\ann', 'a@b', '@', 'S-1-5-18', '__proto__', 'constructor', '\u0000', '\ud800', '\u202egnp', "'; drop table alerts; --", 'x'.repeat(70_000), '10.0.0.1', '::1', 'fe80::1%eth0', '::ffff:1.2.3.4', '01.2.3.4', '1.2.3.4/24'),
);
const ids = fc.subarray([...attackTechniques.keys(), 'T9999'], { maxLength: 6 });
const moment = fc.option(fc.integer({ min: 0, max: 4e12 }));
const alerts: fc.Arbitrary<AlertRecord> = fc.record({
  revision: fc.integer({ min: 1, max: 1e6 }), scope: fc.oneof(fc.constant(''), hostile), user: hostile, resource: hostile, day: fc.integer({ min: 0, max: 40_000 }), count: fc.double({ min: 0, max: 1e9, noNaN: true }),
  sourceHosts: fc.array(fc.oneof(hostile, fc.ipV4(), fc.ipV6(), fc.constant('')), { maxLength: 8 }), firstSeen: moment, lastSeen: moment, status: fc.constantFrom(...statuses), severity: fc.constantFrom(...severities),
  surprise: fc.double({ min: -1e9, max: 1e9, noNaN: true }), pValue: fc.double({ min: 1e-12, max: 1, noNaN: true }), rule: fc.constantFrom('', 'a/b'), techniques: ids, title: hostile, message: hostile,
  entities: fc.dictionary(hostile, hostile, { maxKeys: 4 }), incident: fc.option(hostile), withdrawn: fc.boolean(), explanation: fc.constantFrom(null, stored().explanation),
}).map((change) => stored(change));

test('every alert, however hostile its names, is valid in every schema, and survives the way through JSON', () => {
  fc.assert(fc.property(alerts, (alert) => {
    const result = resultOfAlert(alert);
    for (const [name, shape] of Object.entries(resultColumns)) expect(shape.safeParse(result[name as keyof typeof result])).toMatchObject({ success: true });
    const throughJson = (record: unknown) => JSON.parse(JSON.stringify(record));
    checkedSentinelRow(throughJson(sentinelRow(result, production)));
    checkedEcsRecord(throughJson(ecsRecord(result)));
    checkedOcsfRecord(throughJson(ocsfRecord(result)));
    compatSchema.parse(throughJson(compatRow(result)));
    expect(sentinelRow(result, production).UserName).toBe(alert.user);
  }), { numRuns: inCi ? 5000 : 300 });
}, 60_000);

test('a record that breaks its schema is an error of ours that names the alert and the place', () => {
  const broken = { ...sentinelRow(row, production), Score: 'high' as never };
  expect(() => checkedSentinelRow(broken)).toThrow(expect.objectContaining({ code: 'INTERNAL', message: expect.stringMatching(/3f2a90c1d4e5 is not a valid Sentinel record: Score: /u) }));
  const event = ecsRecord(row)['event'] as object;
  expect(() => checkedEcsRecord({ ...ecsRecord(row), event: { ...event, kind: 'alarm' } })).toThrow(/event\.kind: /u);
  expect(() => checkedEcsRecord({ ...ecsRecord(row), event: { ...event, category: ['file'], type: ['start'] } })).toThrow(/event\.type: a type that no category/u);
  expect(() => checkedEcsRecord({ ...ecsRecord(row), made_up: 1 })).toThrow(/made_up/u);
  expect(() => checkedOcsfRecord({ ...ocsfRecord(row), severity_id: 7 })).toThrow(/severity_id: /u);
  expect(() => checkedOcsfRecord({ ...ocsfRecord(row), finding_info: { title: 'no uid' } })).toThrow(/finding_info\.uid: /u);
  expect(() => checkedOcsfRecord({ ...ocsfRecord(row), resources: [{ role_id: 1 }] })).toThrow(/resources\.0: at least one of name, uid/u);
});

test('the life of an alert is told in each schema: raised, changed, withdrawn', () => {
  const lives = [resultOfAlert(stored({ revision: 1 })), row, resultOfAlert(stored({ revision: 3, withdrawn: true }))];
  expect(lives.map((one) => ocsfRecord(one))).toMatchObject([
    { activity_id: 1, type_uid: 200_401, status_id: 1, is_alert: true }, { activity_id: 2, type_uid: 200_402, status_id: 1 }, { activity_id: 3, type_uid: 200_403, status_id: 4, status: 'Resolved', is_alert: false },
  ]);
  expect(lives.map((one) => (ecsRecord(one)['event'] as { action: string }).action)).toEqual(['alert-raised', 'alert-changed', 'alert-withdrawn']);
  expect(lives.map((one) => { const { Revision, Withdrawn } = sentinelRow(one, production); return [Revision, Withdrawn]; })).toEqual([[1, false], [2, false], [3, true]]);
});

test('what the queue says comes first among the reasons, and nothing is said twice', () => {
  expect(row.reasons).toEqual(['Nobody who shares anything with CONTOSO\\ann uses \\\\FS1\\hr: usually it is 12 of 40.', 'Nobody who shares anything with CONTOSO\\ann uses \\\\FS1\\hr.', 'Usually it is 12 of 40.']);
  expect(resultOfAlert(stored({ explanation: null })).reasons).toEqual([]);
});

test('tactics follow from the techniques, in the order of the matrix', () => {
  expect(row.tactics).toEqual(['Initial Access', 'Persistence', 'Privilege Escalation', 'Defense Evasion', 'Lateral Movement', 'Collection']);
});

test.each([
  ['CONTOSO\\ann', { Type: 'account', Name: 'ann', NTDomain: 'CONTOSO' }],
  ['ann@contoso.com', { Type: 'account', Name: 'ann', UPNSuffix: 'contoso.com' }],
  ['ann', { Type: 'account', Name: 'ann' }],
  ['\\ann', { Type: 'account', Name: 'ann' }],
])('the account %s becomes the entity that Sentinel knows', (user, entity) => {
  const { Entities } = sentinelRow(resultOfAlert(stored({ user, sourceHosts: ['WS-17', '10.0.0.1', 'WS-17', ''] })), production);
  expect(Entities).toEqual([{ $id: '1', ...entity }, { $id: '2', Type: 'host', HostName: 'WS-17' }, { $id: '3', Type: 'ip', Address: '10.0.0.1' }]);
});

test('where the data tells no times an alert spans its UTC day, and a sink says when it wrote', () => {
  const dayOnly = resultOfAlert(stored({ firstSeen: null, lastSeen: null }));
  expect(sentinelRow(dayOnly, production)).toMatchObject({ Day: '2025-11-24T00:00:00.000Z', StartTime: '2025-11-24T00:00:00.000Z', EndTime: '2025-11-24T23:59:59.999Z', TimeGenerated: '2025-11-24T23:59:59.999Z' });
  expect(sentinelRow(dayOnly, { ruleStatus: 'Flighting', at: new Date(0) })).toMatchObject({ TimeGenerated: '1970-01-01T00:00:00.000Z', RuleStatus: 'Flighting' });
});

test('UEBA is told only what a status says for sure', () => {
  const insights = (status: AlertRecord['status']) => sentinelRow(resultOfAlert(stored({ status })), production).ActivityInsights;
  expect(insights('unconnected')).toEqual({ FirstTimeUserAccessedResource: 'True', ResourceUncommonlyAccessedAmongPeers: 'True' });
  expect(insights('new-resource')).toEqual({ FirstTimeUserAccessedResource: 'True', FirstTimeResourceAccessedInTenant: 'True' });
  expect(insights('scored')).toEqual({});
});

test('the columns of the table are names that Azure Monitor accepts, and promise 19: the original ones are there as they were', () => {
  const reserved = ['_ResourceId', 'id', '_SubscriptionId', 'TenantId', 'Type', 'UniqueId', 'Title'].map((name) => name.toLowerCase());
  for (const name of Object.keys(sentinelColumns)) {
    expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,44}$/u);
    expect(reserved).not.toContain(name.toLowerCase());
  }
  expect(compatRow(row)).toEqual({ TimeStamp: '2025-11-24T09:00:00.250Z', User: 'CONTOSO\\ann', Resource: '\\\\FS1\\hr', AnomalyScore: 23.5 });
});
