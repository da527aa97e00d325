import { afterAll, expect, test } from 'vitest';
import { State } from './index.ts';
import { alert, detectionState, outcome, removeWorkspaces, workspaceFolder } from './state.test.fixture.ts';

afterAll(removeWorkspaces);

const sinks = [{ sink: 0, address: 'files/table' }, { sink: 1, address: 'siem/logs' }];

test('each sink gets an alert once for each revision, also the one that withdraws it', () => {
  using state = State.open(workspaceFolder());
  const sent: unknown[] = [];
  for (const [key, alerts] of Object.entries({ first: [alert('ann')], same: [alert('ann')], more: [alert('ann', { count: 9 })], none: [] })) {
    state.commit(outcome(key, { alerts, sinks }));
    const rows = state.outbox('share-access', 100);
    sent.push(...rows.map(({ sink, address, run, revision, payload }) => [sink, address, run, revision, payload['count'], payload['withdrawn'], payload['incident']]));
    state.acknowledge(rows.map(({ id }) => id));
    expect(state.outbox('share-access', 100)).toEqual([]);
  }
  const held = alert('ann').incident;
  const both = (...rest: unknown[]) => [[0, 'files/table', ...rest], [1, 'siem/logs', ...rest]];
  expect(sent).toEqual([...both(1, 1, 2, false, held), ...both(3, 2, 9, false, held), ...both(4, 3, 9, true, held)]);
});

test('rows come oldest first, as many as wanted; acknowledging twice takes no other row', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [alert('ann'), alert('bob'), alert('cat')], sinks: sinks.slice(0, 1) }));
  const rows = state.outbox('share-access', 2);
  expect(rows.map(({ recordId }) => recordId)).toEqual([alert('ann').recordId, alert('bob').recordId]);
  const all = state.outbox('share-access', 9).map(({ id }) => id);
  state.acknowledge(all);
  state.commit(outcome('2', { alerts: [alert('ann', { count: 3 }), alert('bob'), alert('cat')], sinks: sinks.slice(0, 1) }));
  state.acknowledge(all);
  expect(state.outbox('share-access', 9)).toMatchObject([{ recordId: alert('ann').recordId, revision: 2 }]);
});

test('a shadow reaches no sink, and a detection sees only its own rows', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { role: 'shadow', alerts: [alert('ann', { role: 'shadow' })], sinks, state: detectionState({ role: 'shadow' }) }));
  state.commit(outcome('2', { run: { detection: 'other' }, alerts: [alert('bob', { detection: 'other' })], sinks }));
  expect(state.outbox('share-access', 9)).toEqual([]);
  expect(state.outbox('other', 9)).toHaveLength(2);
});
