import { afterAll, beforeAll, expect, test } from 'vitest';
import { State, type AlertFilter, type AlertGroup, type IncidentFilter, type RunFilter } from './index.ts';
import { alert, detectionState, incident, outcome, removeWorkspaces, workspaceFolder } from './state.test.fixture.ts';

let state: State;

const alerts = [
  alert('ann', { day: 20001, surprise: 3, severity: 'low' }), alert('bob', { day: 20001, surprise: 8, resource: 'r2' }), alert('cat', { day: 20002, surprise: 1, incident: null }),
  alert('ann again', { user: 'CONTOSO\\ann', day: 20003, surprise: 2, severity: 'high' }), alert('dan', { detection: 'other', day: 20003, surprise: 9 }), alert('eve', { role: 'shadow', day: 20003, surprise: 4 }),
];
const incidents = [
  incident('ann', { day: 20001, rank: 2, surprise: 5 }), incident('bob', { day: 20001, rank: 1, surprise: 9 }), incident('cat', { day: 20001, rank: null, surprise: 99, status: 'closed' }),
  incident('dan', { day: 20001, rank: null, surprise: 98, kind: 'source', entity: '10.0.0.9' }), incident('eve', { day: 20003, rank: 1, users: ['CONTOSO\\eve', 'CONTOSO\\Øystein'], resources: ['\\\\FS2\\Pay "Roll"'] }),
  incident('fay', { day: 20003, rank: 1, detection: 'other' }), incident('gus', { day: 20003, rank: 1, role: 'shadow' }),
];

beforeAll(() => {
  state = State.open(workspaceFolder());
  for (const [i, one] of alerts.entries()) {
    const sameDay = alerts.slice(0, i + 1).filter(({ day, role, detection }) => day === one.day && role === one.role && detection === one.detection);
    state.commit(outcome(`${i}`, { role: one.role, run: { day: one.day, detection: one.detection }, alerts: sameDay, state: detectionState({ detection: one.detection, role: one.role }) }));
  }
  state.commit(outcome('incidents', { run: { kind: 'train', day: null }, incidents }));
  state.commit(outcome('withdraws', { run: { day: 20002 } }));
});
afterAll(() => {
  state[Symbol.dispose]();
  removeWorkspaces();
});

const nameOf = (text: string): string => text.replace(/^CONTOSO\\/u, '');
const everyAlert: ReadonlyArray<[AlertFilter, string[]]> = [
  [{}, ['dan', 'eve', 'ann', 'cat', 'bob', 'ann']], [{ detection: 'share-access' }, ['eve', 'ann', 'cat', 'bob', 'ann']], [{ detection: 'share-access', role: 'production' }, ['ann', 'cat', 'bob', 'ann']],
  [{ role: 'shadow' }, ['eve']], [{ from: 20002 }, ['dan', 'eve', 'ann', 'cat']], [{ to: 20002 }, ['bob', 'ann']], [{ from: 20002, to: 20003 }, ['cat']], [{ user: 'CONTOSO\\ann' }, ['ann', 'ann']],
  [{ user: 'CONTOSO\\ann', to: 20002 }, ['ann']], [{ resource: 'r2' }, ['bob']], [{ severity: 'low' }, ['ann']], [{ severity: 'low', detection: 'other' }, []], [{ incident: incident('i').id, from: 20003 }, ['dan', 'eve', 'ann']],
  [{ withdrawn: true }, ['cat']], [{ withdrawn: false, to: 20003 }, ['bob', 'ann']], [{ run: 2 }, ['bob']], [{ run: 8 }, ['cat']], [{ run: 3, role: 'shadow' }, []], [{ limit: 2 }, ['dan', 'eve']], [{ limit: 2, offset: 4 }, ['bob', 'ann']],
  [{ offset: 5 }, ['ann']], [{ user: 'nobody' }, []], [{ detection: undefined, role: undefined, from: 20003, limit: undefined }, ['dan', 'eve', 'ann']],
];
test.each(everyAlert)('alerts %j', (filter, users) => {
  expect(state.alerts(filter).map(({ user }) => nameOf(user))).toEqual(users);
});

const everyCount: ReadonlyArray<[AlertGroup, AlertFilter, Array<[string, number]>]> = [
  ['day', {}, [['20001', 2], ['20002', 1], ['20003', 3]]], ['day', { detection: 'share-access', withdrawn: false }, [['20001', 2], ['20003', 2]]], ['day', { user: 'CONTOSO\\ann' }, [['20001', 1], ['20003', 1]]],
  ['user', { limit: 2 }, [['CONTOSO\\ann', 2], ['CONTOSO\\bob', 1]]], ['user', { from: 20003, role: 'production' }, [['CONTOSO\\ann', 1], ['CONTOSO\\dan', 1]]], ['resource', { to: 20002 }, [['\\\\FS1\\hr "x"', 1], ['r2', 1]]],
  ['user', { severity: 'medium', user: 'CONTOSO\\ann' }, []], ['user', { resource: 'r2' }, [['CONTOSO\\bob', 1]]], ['resource', { resource: 'r2', role: 'production' }, [['r2', 1]]], ['resource', { user: 'CONTOSO\\bob' }, [['r2', 1]]], ['user', { withdrawn: true }, [['CONTOSO\\cat', 1]]],
  ['day', { severity: 'low' }, [['20001', 1]]], ['severity', { withdrawn: true }, [['medium', 1]]], ['severity', { from: 20002, to: 20003, withdrawn: false }, []], ['day', { detection: 'nothing' }, []], ['day', { limit: 1, offset: 1 }, [['20002', 1]]],
  ['severity', {}, [['medium', 4], ['high', 1], ['low', 1]]], ['severity', { run: 1 }, [['low', 1]]], ['resource', { incident: incident('i').id, to: 20002 }, [['\\\\FS1\\hr "x"', 1], ['r2', 1]]],
];
test.each(everyCount)('alerts counted by %s %j', (group, filter, counts) => {
  expect(state.countAlertsBy(filter, group).map(({ key, alerts: count }) => [key, count])).toEqual(counts);
});

const everyIncident: ReadonlyArray<[IncidentFilter, string[]]> = [
  [{ detection: 'share-access', role: 'production' }, ['eve', 'bob', 'ann', 'cat', '10.0.0.9']], [{ queued: true, to: 20002 }, ['bob', 'ann']], [{ queued: false }, ['cat', '10.0.0.9']], [{ kind: 'source' }, ['10.0.0.9']],
  [{ status: 'closed' }, ['cat']], [{ entity: 'CONTOSO\\bob' }, ['bob']], [{ entity: 'CONTOSO\\bob', search: 'nothing' }, []], [{ from: 20002, detection: 'share-access' }, ['eve', 'gus']], [{ limit: 1, offset: 1, role: 'production', detection: 'share-access' }, ['bob']],
  [{ search: 'EVE' }, ['eve']], [{ search: '\\\\fs2\\pay' }, ['eve']], [{ search: 'Øystein' }, ['eve']], [{ search: 'FAY used', detection: 'other' }, ['fay']], [{ search: '%' }, []], [{ search: 'bob', queued: false }, []],
];
test.each(everyIncident)('incidents %j', (filter, entities) => {
  expect(state.incidents(filter).map(({ entity }) => nameOf(entity))).toEqual(entities);
});

test('open incidents since a day, oldest first', () => {
  expect(state.openIncidents('share-access', 'production', 20001).map(({ entity }) => nameOf(entity))).toEqual(['ann', 'bob', '10.0.0.9', 'eve']);
  expect(state.openIncidents('share-access', 'production', 20002).map(({ entity }) => nameOf(entity))).toEqual(['eve']);
});

const everyRun: ReadonlyArray<[RunFilter, number[]]> = [
  [{}, [8, 7, 6, 5, 4, 3, 2, 1]], [{ detection: 'other' }, [5]], [{ kind: 'train' }, [7]], [{ role: 'shadow' }, [6]], [{ from: 20002, to: 20003 }, [8, 3]], [{ limit: 2 }, [8, 7]], [{ limit: 2, before: 7 }, [6, 5]],
];
test.each(everyRun)('runs %j', (filter, numbers) => {
  expect(state.runs(filter).map(({ number }) => number)).toEqual(numbers);
});

test('the latest score of a day, and what does not exist', () => {
  expect(state.latestScore('share-access', 'production', 20002)?.number).toBe(8);
  expect([state.latestScore('share-access', 'shadow', 20002), state.run(99), state.runByKey('x'), state.incident('x'), state.alert('x', 'shadow'), state.detection('x', 'production')]).toEqual([null, null, null, null, null, null]);
});

test('records are found by the beginning of their id', () => {
  expect(state.alertsBeginning(alert('bob').recordId.slice(0, 6), 'production').map(({ user }) => nameOf(user))).toEqual(['bob']);
  expect(state.alertsBeginning(alert('ann').recordId.slice(0, 6), 'production')).toHaveLength(2);
  expect(state.incidentsBeginning(incident('fay').id.slice(0, 5)).map(({ entity }) => nameOf(entity))).toEqual(['fay']);
  expect(state.incidentsBeginning('ff')).toEqual([]);
});
