import { afterAll, expect, test } from 'vitest';
import { State, type SuppressedRecord } from './index.ts';
import { alert, audit, detectionState, evidence, incident, model, outcome, removeWorkspaces, stream, workspaceFolder } from './state.test.fixture.ts';

afterAll(removeWorkspaces);

const guard = { detection: 'share-access', scope: 'contoso', user: 'CONTOSO\\ann', resource: 'hr', since: 20000, until: 20030 };
const suppressed = (name: string, change: Partial<SuppressedRecord> = {}): SuppressedRecord => ({ detection: 'share-access', day: 20000, recordId: alert(name).recordId, suppression: 'known', scope: 'contoso', user: `CONTOSO\\${name}`, resource: 'hr', surprise: 7.5, pValue: 1e-9, again: false, ...change });
const watermark = { detection: 'share-access', url: 'file:a', version: '"etag"', bytes: 2 ** 40 };
const calibration = { generation: 3, day: 19999, scopes: [{ scope: 'a', bytes: Uint8Array.of(0, 255) }, { scope: 'b', bytes: new Uint8Array() }], incidents: Float64Array.of(-0, 1e-300, Number.MAX_VALUE) };
const everything = outcome('everything', {
  alerts: [alert('ann')], incidents: [incident('i', { rank: null })], evidence: [evidence()], guards: [guard], suppressed: [suppressed('ann')], watermarks: [watermark], sinks: [{ sink: 1, address: 'files/table' }],
  state: detectionState({ generation: 3 }), calibration: [calibration], hosts: [{ scope: 'contoso', user: 'CONTOSO\\ann', host: '10.0.0.1', firstDay: 19990 }], models: [model(1)], audit: [audit('train')],
});

test('a process that opens the workspace later reads every record as it was given', () => {
  const workspace = workspaceFolder();
  {
    using writer = State.open(workspace);
    expect(writer.commit(everything)).toEqual({ ...everything.run, number: 1 });
  }
  using state = State.open(workspace);
  expect(state.run(1)).toEqual({ ...everything.run, number: 1 });
  expect(state.runByKey('everything')).toEqual(state.run(1));
  expect(state.alerts()).toEqual([{ ...alert('ann'), revision: 1, firstRun: 1, lastRun: 1 }]);
  expect(state.incidents()).toEqual([{ ...incident('i', { rank: null }), firstRun: 1, lastRun: 1 }]);
  expect(state.evidence(incident('i').id)).toEqual([{ ...evidence(), run: 1 }]);
  expect(state.guards('share-access', 20001)).toEqual([guard]);
  expect(state.suppressed({ detection: 'share-access' })).toEqual([suppressed('ann')]);
  expect([...state.watermarks('share-access')]).toEqual([['file:a', watermark]]);
  expect(state.outbox('share-access', 9)).toMatchObject([{ detection: 'share-access', sink: 1, address: 'files/table', run: 1, recordId: alert('ann').recordId, revision: 1, payload: { ...alert('ann'), revision: 1, run: 1 } }]);
  expect(state.detection('share-access', 'production')).toEqual(everything.state);
  expect(state.calibration(3, { before: 20000, last: 5 })).toEqual([calibration]);
  expect(state.hosts('share-access')).toEqual(everything.hosts);
  expect(state.models('share-access')).toEqual([model(1)]);
  expect(state.audits('share-access')).toEqual([audit('train')]);
});

test('text from logs comes back byte for byte', () => {
  using state = State.open(workspaceFolder());
  const hostile = `a\0b'"; drop table runs; --\u{1F600}\\`;
  state.commit(outcome('a', { alerts: [alert('ann', { user: hostile, entities: { [hostile]: hostile } })] }));
  expect(state.alerts({ user: hostile })).toMatchObject([{ user: hostile, entities: { [hostile]: hostile } }]);
});

test('the same key again returns the first run and writes nothing, whatever else is said', () => {
  using state = State.open(workspaceFolder());
  const first = state.commit(everything);
  const before = state.digest();
  expect(state.commit({ ...everything, alerts: [alert('bob')], run: { ...everything.run, seconds: 99 } })).toEqual(first);
  expect(state.digest()).toBe(before);
  expect(state.runs()).toEqual([first]);
});

test('a record that its table cannot hold stops the whole run', () => {
  using state = State.open(workspaceFolder());
  const before = state.digest();
  expect(() => state.commit(outcome('a', { alerts: [alert('ann'), alert('bob', { surprise: Number.NaN })] }))).toThrow(expect.objectContaining({ code: 'INTERNAL', message: expect.stringMatching(/alerts recordId.*\n.*surprise/) }));
  expect(state.digest()).toBe(before);
  expect(state.commit(outcome('a')).number).toBe(1);
});

test('equal work has equal digests, whenever it was done and however long it took', () => {
  using one = State.open(workspaceFolder());
  using other = State.open(workspaceFolder());
  for (const step of stream()) {
    one.commit(step);
    other.commit({ ...step, run: { ...step.run, at: 'later', seconds: 99 }, models: step.models.map((made) => ({ ...made, at: 'later' })), audit: step.audit.map((entry) => ({ ...entry, at: 'later' })) });
  }
  expect(one.digest()).toBe(other.digest());
});

const changes: Array<[what: string, changed: Parameters<typeof outcome>[1]]> = [
  ['a run', { run: { seed: 8 } }], ['an alert', { alerts: [alert('ann', { count: 3 })] }], ['an incident', { incidents: [incident('i')] }], ['evidence', { evidence: [evidence({ count: 3 })] }],
  ['what was suppressed', { suppressed: [suppressed('ann', { suppression: 'other' })] }], ['a guard', { guards: [{ ...guard, until: 20031 }] }], ['a watermark', { watermarks: [{ ...watermark, bytes: 1 }] }], ['a sink', { sinks: [{ sink: 0, address: 'files/table' }] }],
  ['a state', { state: detectionState({ model: 2 }) }], ['a calibration', { calibration: [{ ...calibration, incidents: Float64Array.of(0) }] }], ['bytes', { calibration: [{ ...calibration, scopes: [] }] }],
  ['a host', { hosts: [] }], ['a model', { models: [model(1, { rows: 1 })] }], ['the audit', { audit: [audit('discard')] }], ['a role', { role: 'shadow' }],
];
test.each(changes)('the digest tells %s apart', (_, changed) => {
  using one = State.open(workspaceFolder());
  using other = State.open(workspaceFolder());
  one.commit(everything);
  other.commit({ ...everything, ...changed, run: { ...everything.run, ...changed?.run } });
  expect(other.digest()).not.toBe(one.digest());
});

test('the digest tells dead letters apart, and not when they were refused', () => {
  const refused = (why: { code: string; message: string } | null, at = 'now'): string => {
    using state = State.open(workspaceFolder());
    state.commit(outcome('1', { alerts: [alert('ann')], sinks: [{ sink: 0, address: 'files/table' }] }));
    if (why) state.refuse([1], why, at);
    return state.digest();
  };
  const why = { code: '413', message: 'too large' };
  expect(refused(why, 'later')).toBe(refused(why));
  expect(new Set([refused(null), refused(why), refused({ ...why, code: '400' })]).size).toBe(3);
});

test('an unchanged alert is left alone; any other content raises its revision and says since which run', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [alert('ann'), alert('bob')] }));
  state.commit(outcome('2', { alerts: [alert('ann'), alert('bob', { count: 3 })] }));
  state.commit(outcome('3', { alerts: [alert('ann'), alert('bob', { count: 3, sourceHosts: [] })] }));
  expect(state.alert(alert('ann').recordId, 'production')).toMatchObject({ revision: 1, firstRun: 1, lastRun: 1 });
  expect(state.alert(alert('bob').recordId, 'production')).toMatchObject({ revision: 3, firstRun: 1, lastRun: 3, count: 3, sourceHosts: [] });
  expect([1, 2, 3].map((run) => state.alerts({ run }).map(({ user }) => user))).toEqual([['CONTOSO\\ann', 'CONTOSO\\bob'], ['CONTOSO\\bob'], ['CONTOSO\\bob']]);
});

test('an alert that a later run of its day no longer has is withdrawn, once, and stands again when it comes back', () => {
  using state = State.open(workspaceFolder());
  const ann = () => state.alert(alert('ann').recordId, 'production');
  state.commit(outcome('1', { alerts: [alert('ann')] }));
  state.commit(outcome('2'));
  expect(ann()).toMatchObject({ withdrawn: true, revision: 2, firstRun: 1, lastRun: 2 });
  state.commit(outcome('3'));
  expect(ann()).toMatchObject({ withdrawn: true, revision: 2, lastRun: 2 });
  state.commit(outcome('4', { alerts: [alert('ann')] }));
  expect(ann()).toMatchObject({ withdrawn: false, revision: 3, firstRun: 1, lastRun: 4 });
});

test('another day, another role, another detection and a training withdraw nothing', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [alert('ann')] }));
  state.commit(outcome('2', { run: { day: 20001 } }));
  state.commit(outcome('3', { role: 'shadow', state: detectionState({ role: 'shadow' }) }));
  state.commit(outcome('4', { run: { detection: 'other' }, state: detectionState({ detection: 'other' }) }));
  state.commit(outcome('5', { run: { kind: 'train', day: null } }));
  expect(state.alerts()).toMatchObject([{ withdrawn: false, revision: 1 }]);
});

test('the same record has a life of its own in shadow', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [alert('ann')] }));
  state.commit(outcome('2', { role: 'shadow', alerts: [alert('ann', { role: 'shadow', count: 9 })], state: detectionState({ role: 'shadow' }) }));
  expect(state.alerts({ role: 'production' })).toMatchObject([{ count: 2, revision: 1 }]);
  expect(state.alerts({ role: 'shadow' })).toMatchObject([{ count: 9, revision: 1, firstRun: 2 }]);
});

test('an incident is replaced and keeps its first run; one that a later run no longer has stays', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { incidents: [incident('i'), incident('j', { rank: 2 })] }));
  state.commit(outcome('2', { incidents: [incident('i', { surprise: 12, status: 'closed' })] }));
  expect(state.incident(incident('i').id)).toEqual({ ...incident('i', { surprise: 12, status: 'closed' }), firstRun: 1, lastRun: 2 });
  expect(state.incidents()[1]).toEqual({ ...incident('j', { rank: 2 }), firstRun: 1, lastRun: 1 });
});

test('evidence is added unless it repeats the last of its incident and record', () => {
  using state = State.open(workspaceFolder());
  const seen = [evidence(), evidence({ kind: 'again' }), evidence({ kind: 'again', count: 3 }), evidence({ kind: 'again', count: 3, lastSeen: 1 }), evidence({ recordId: 'other' }), evidence({ kind: 'again' })];
  for (const [i, piece] of seen.entries()) state.commit(outcome(String(i), { evidence: [piece] }));
  expect(state.evidence(incident('i').id).map(({ run, count, lastSeen, recordId }) => [run, count, lastSeen, recordId.length])).toEqual([[1, 2, null, 64], [3, 3, null, 64], [4, 3, 1, 64], [5, 2, null, 5], [6, 2, null, 64]]);
});

test('guards hold from the day after they began up to their end, which a later run can move', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { guards: [guard] }));
  const held = (): number[] => [20000, 20001, 20029, 20030].filter((day) => state.guards('share-access', day).length > 0);
  expect(held()).toEqual([20001, 20029]);
  state.commit(outcome('2', { guards: [{ ...guard, until: 20010 }] }));
  expect(held()).toEqual([20001]);
});

test('a watermark moves on; of two sightings of a host the earlier one holds', () => {
  using state = State.open(workspaceFolder());
  const host = { scope: 'contoso', user: 'ann', host: 'h' };
  state.commit(outcome('1', { watermarks: [watermark], hosts: [{ ...host, firstDay: 5 }] }));
  state.commit(outcome('2', { watermarks: [{ ...watermark, version: 'b', bytes: 3 }], hosts: [{ ...host, firstDay: 7 }] }));
  expect([...state.watermarks('share-access').values()]).toEqual([{ ...watermark, version: 'b', bytes: 3 }]);
  expect(state.hosts('share-access')).toEqual([{ ...host, firstDay: 5 }]);
});

test('a day of a calibration never changes; a window is its last days before another, oldest first', () => {
  using state = State.open(workspaceFolder());
  const day = (number: number, value: number) => ({ generation: 1, day: number, scopes: [{ scope: '', bytes: Uint8Array.of(value) }], incidents: Float64Array.of(value) });
  state.commit(outcome('1', { calibration: [day(3, 1), day(1, 1), day(2, 1)] }));
  state.commit(outcome('2', { calibration: [day(2, 9), day(4, 1)] }));
  expect(state.calibration(1, { before: 4, last: 2 })).toEqual([day(2, 1), day(3, 1)]);
  expect(state.calibration(2, { before: 4, last: 2 })).toEqual([]);
});

test('a new generation is one that no detection, model or day uses', () => {
  using state = State.open(workspaceFolder());
  expect(state.nextGeneration()).toBe(1);
  state.commit(outcome('1', { state: detectionState({ generation: 2 }) }));
  expect(state.nextGeneration()).toBe(3);
  state.commit(outcome('2', { models: [model(1, { detection: 'other', generation: 5 })] }));
  expect(state.nextGeneration()).toBe(6);
  state.commit(outcome('3', { calibration: [{ ...calibration, generation: 8 }] }));
  expect(state.nextGeneration()).toBe(9);
});

test('what was suppressed is counted once however many runs of the day say it; the last run of a day is right', () => {
  using state = State.open(workspaceFolder());
  const counts = () => state.suppressedCounts({ detection: 'share-access' });
  for (let hour = 0; hour < 24; hour++) state.commit(outcome(`hour ${hour}`, { suppressed: [suppressed('ann', { surprise: hour })] }));
  expect(counts()).toEqual([{ suppression: 'known', alerts: 1, again: 0, lastDay: 20000 }]);
  state.commit(outcome('next day', { run: { day: 20001 }, suppressed: [suppressed('ann', { day: 20001, recordId: alert('ann 2').recordId, again: true }), suppressed('bob', { day: 20001, suppression: 'other' })] }));
  expect(counts()).toEqual([{ suppression: 'known', alerts: 1, again: 1, lastDay: 20001 }, { suppression: 'other', alerts: 1, again: 0, lastDay: 20001 }]);
  expect(state.suppressedCounts({ detection: 'share-access', from: 20001, to: 20002 }).map(({ alerts }) => alerts)).toEqual([0, 1]);
  state.commit(outcome('after the expiry', { alerts: [alert('ann')] }));
  expect(state.suppressed({ detection: 'share-access', to: 20001 })).toEqual([]);
});

test('a shadow and a training suppress nothing, and a run that fails leaves what was suppressed', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { suppressed: [suppressed('ann')] }));
  state.commit(outcome('2', { role: 'shadow', state: detectionState({ role: 'shadow' }), suppressed: [suppressed('bob')] }));
  state.commit(outcome('3', { run: { kind: 'train', day: null } }));
  expect(() => state.commit(outcome('4', { suppressed: [suppressed('cat')], state: detectionState({ rowCorrection: Number.NaN }) }))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  expect(state.suppressed({ detection: 'share-access' })).toEqual([suppressed('ann')]);
});
