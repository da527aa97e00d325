import { afterAll, expect, test } from 'vitest';
import { State } from './index.ts';
import { alert, outcome, removeWorkspaces, workspaceFolder } from './state.test.fixture.ts';

afterAll(removeWorkspaces);

const why = { code: '413', message: 'the row is too large' };
const [then, later] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
const sinks = [{ sink: 0, address: 'files/table' }, { sink: 1, address: 'siem/logs' }];

/** Outbox rows 1 to 4: ann and bob of `share-access` for each sink; 5 and 6: cat of `other`. */
function waiting(): State {
  const state = State.open(workspaceFolder());
  state.commit(outcome('1', { alerts: [alert('ann'), alert('bob')], sinks }));
  state.commit(outcome('2', { run: { detection: 'other' }, alerts: [alert('cat', { detection: 'other' })], sinks }));
  return state;
}
/** Sink, name, revision and attempts of what waits. */
const waits = (state: State): string[] => ['share-access', 'other'].flatMap((detection) => state.outbox(detection, 100).map(({ sink, payload, revision, attempts }) => `${sink} ${String(payload['user']).slice(8)} ${revision} ${attempts}`));
const dead = (state: State): Array<readonly [number, string]> => state.deadLetters().map(({ id, payload }) => [id, String(payload['user']).slice(8)] as const);

test('refused rows leave the outbox for the dead letters with all that they were, why and when', () => {
  using state = waiting();
  const [first] = state.outbox('share-access', 1);
  state.refuse([1, 6], why, then);
  expect(state.deadLetters()).toEqual([
    { ...first, ...why, at: then, attempts: 1, id: 1 },
    expect.objectContaining({ id: 2, detection: 'other', sink: 1, address: 'siem/logs', run: 2, recordId: alert('cat').recordId, revision: 1 }),
  ]);
  expect(waits(state)).toHaveLength(4);
  state.refuse([1, 6, 99], why, then);
  expect(state.deadLetters()).toHaveLength(2);
});

test('dead letters are listed by detection and page, the oldest first', () => {
  using state = waiting();
  state.refuse([4, 5, 1], why, then);
  expect(dead(state)).toEqual([[1, 'ann'], [2, 'bob'], [3, 'cat']]);
  expect(state.deadLetters({ detection: 'other' }).map(({ id }) => id)).toEqual([3]);
  expect(state.deadLetters({ limit: 1, after: 1 }).map(({ id }) => id)).toEqual([2]);
  expect(state.countDeadLetters()).toEqual([
    { detection: 'other', address: 'files/table', letters: 1, through: 3 }, { detection: 'share-access', address: 'files/table', letters: 1, through: 1 }, { detection: 'share-access', address: 'siem/logs', letters: 1, through: 2 },
  ]);
});

test('retried rows wait again behind the others, in their revision; one that is refused again is there once, with one attempt more', () => {
  using state = waiting();
  state.refuse([1, 2], why, then);
  expect(state.retryDeadLetters({ ids: [1] }, later)).toEqual([{ detection: 'share-access', address: 'files/table', letters: 1, through: 1 }]);
  expect(waits(state)).toEqual(['0 bob 1 0', '1 bob 1 0', '0 ann 1 1', '0 cat 1 0', '1 cat 1 0']);
  state.refuse([state.outbox('share-access', 9).at(-1)?.id ?? 0], { ...why, code: '400' }, later);
  expect(state.deadLetters()).toMatchObject([{ id: 2, sink: 1, attempts: 1, at: then }, { id: 3, sink: 0, attempts: 2, at: later, code: '400', revision: 1 }]);
});

test('a retry and a drop take what was chosen and nothing else, and are in the audit log of each detection', () => {
  using state = waiting();
  state.refuse([1, 2, 3, 4, 5, 6], why, then);
  expect(state.dropDeadLetters({ detection: 'share-access', through: 1 }, then)).toHaveLength(1);
  expect(state.retryDeadLetters({ detection: 'other' }, later)).toHaveLength(2);
  expect(dead(state).map(([id]) => id)).toEqual([2, 3, 4]);
  expect(waits(state)).toHaveLength(2);
  expect(state.audits('share-access')).toEqual([{ at: then, action: 'dead-letter-drop', detection: 'share-access', detail: '1 of files/table' }]);
  expect(state.audits('other').map(({ action, detail }) => [action, detail])).toEqual([['dead-letter-retry', '1 of files/table'], ['dead-letter-retry', '1 of siem/logs']]);
  expect(state.dropDeadLetters({}, then).reduce((sum, { letters }) => sum + letters, 0)).toBe(3);
  expect(state.dropDeadLetters({}, then)).toEqual([]);
  expect(state.audits('share-access')).toHaveLength(3);
});

test('an id that is no dead letter, or not of that detection, changes nothing', () => {
  using state = waiting();
  state.refuse([1, 5], why, then);
  const before = state.digest();
  const unknown = (message: RegExp) => expect.objectContaining({ code: 'RECORD_UNKNOWN', exit: 2, message: expect.stringMatching(message) });
  expect(() => state.dropDeadLetters({ ids: [1, 7] }, then)).toThrow(unknown(/no dead letter 7/));
  expect(() => state.retryDeadLetters({ ids: [2], detection: 'share-access' }, then)).toThrow(unknown(/no dead letter 2 of share-access/));
  expect(state.digest()).toBe(before);
  expect(state.dropDeadLetters({ ids: [1, 1] }, then)).toMatchObject([{ letters: 1 }]);
});

test('what waits is told by sink, without reading all that waits', () => {
  using state = waiting();
  expect([state.outboxSinks('share-access'), state.outboxSinks('none')]).toEqual([[0, 1], []]);
  state.acknowledge([1, 3]);
  expect(state.outboxSinks('share-access')).toEqual([1]);
  expect(state.outbox('share-access', 1, 1)).toMatchObject([{ id: 2, sink: 1 }]);
  expect(state.outbox('share-access', 5, 0)).toEqual([]);
});
