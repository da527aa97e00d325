import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { State } from '../state/index.ts';
import { alert, outcome, removeWorkspaces, stateFile, workspaceFolder } from '../state/state.test.fixture.ts';
import { resultOfPayload } from './result-of-alert.ts';
import { storedResults } from './index.ts';

afterAll(removeWorkspaces);

const sinks = [{ sink: 0, address: 'files/table' }];
const explanation = { explains: 'surprise', exact: true, quantity: 's', total: 0, terms: [], reasons: [], sentence: 'nobody like ann uses it' };
const told = (name: string, change: Partial<ReturnType<typeof alert>> = {}) => alert(name, { explanation: null, ...change });
const says = { rule: 'anomalous-resource-access/unusual-access', techniques: ['T1078'], tactics: ['Initial Access', 'Persistence', 'Privilege Escalation', 'Defense Evasion'] };

test('what waits for a sink holds all that was said at commit time, and is what the state tells', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [told('ann', { explanation })], sinks }));
  const [waiting] = state.outbox('share-access', 9).map(resultOfPayload);
  expect(waiting).toMatchObject({ ...says, reasons: ['nobody like ann uses it'], entities: '{"account":"ann"}', day: '2024-10-04', revision: 1, run: 1 });
  expect([...storedResults(state, { withdrawn: false })]).toEqual([waiting]);
});

test('an edited rule changes the alerts of the next run, not what waits', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [told('ann')], sinks }));
  state.commit(outcome('2', { alerts: [told('ann', { rule: 'other/rule', techniques: ['T1039'] })], sinks }));
  expect(state.outbox('share-access', 9).map(resultOfPayload)).toMatchObject([{ revision: 1, ...says }, { revision: 2, rule: 'other/rule', techniques: ['T1039'], tactics: ['Collection'] }]);
});

test('a row that has waited since before rules were noted is given out without one', () => {
  const workspace = workspaceFolder();
  using state = State.open(workspace);
  state.commit(outcome('1', { alerts: [told('ann')], sinks }));
  {
    const connection = new DatabaseSync(stateFile(workspace));
    connection.exec("update outbox set payload = json_remove(payload, '$.rule', '$.techniques')");
    connection.close();
  }
  expect(state.outbox('share-access', 9).map(resultOfPayload)).toMatchObject([{ rule: '', techniques: [], tactics: [], user: 'CONTOSO\\ann' }]);
});

test('stored results come oldest day first, of production, withdrawn ones only when asked for', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { run: { day: 20002 }, alerts: [told('late', { day: 20002 })] }));
  state.commit(outcome('2', { alerts: [told('kept'), told('gone')] }));
  state.commit(outcome('3', { alerts: [told('kept')] }));
  state.commit(outcome('4', { role: 'shadow', alerts: [told('shadow', { role: 'shadow' })] }));
  const users = (filter: Parameters<typeof storedResults>[1]) => [...storedResults(state, filter)].map(({ user, withdrawn }) => `${user.slice(8)}${withdrawn ? ' withdrawn' : ''}`);
  expect(users({ withdrawn: false })).toEqual(['kept', 'late']);
  expect(users({ withdrawn: true }).toSorted()).toEqual(['gone withdrawn', 'kept', 'late']);
  expect(users({ withdrawn: true, from: 20001 })).toEqual(['late']);
  expect(users({ withdrawn: true, detection: 'other' })).toEqual([]);
});

test('alerts are counted by the techniques that were named, not the withdrawn ones and not those of a shadow', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [alert('kept'), alert('also'), alert('gone'), alert('other', { techniques: ['T1039', 'T1078'] })] }));
  state.commit(outcome('2', { alerts: [alert('kept'), alert('also'), alert('other', { techniques: ['T1039', 'T1078'] })] }));
  state.commit(outcome('3', { role: 'shadow', alerts: [alert('shadow', { role: 'shadow' })] }));
  expect(state.countAlertsByTechnique()).toEqual([{ detection: 'share-access', techniques: ['T1039', 'T1078'], alerts: 1 }, { detection: 'share-access', techniques: ['T1078'], alerts: 2 }]);
});
