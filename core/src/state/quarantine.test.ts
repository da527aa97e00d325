import { afterAll, expect, test } from 'vitest';
import { State } from './index.ts';
import { outcome, removeWorkspaces, workspaceFolder } from './state.test.fixture.ts';

afterAll(removeWorkspaces);

const spoilt = { detection: 'share-access', url: 'file:///e/PT1H.json', version: '1', bytes: 0, file: '/e/PT1H.json', code: 'FILE_CORRUPT', message: 'PT1H.json: line 2: is not JSON' };
const listed = (state: State): unknown[] => state.quarantine('share-access').map(({ version, since }) => [version, since]);

test('a file is held with the run that left it out first, until a run has read it', () => {
  const workspace = workspaceFolder();
  {
    using state = State.open(workspace);
    const run = state.commit(outcome('1', { quarantine: [spoilt] }));
    expect(state.quarantine('share-access')).toEqual([{ ...spoilt, since: 1, at: run.at }]);
    expect(state.quarantine('other')).toEqual([]);
    state.commit(outcome('2', { quarantine: [{ ...spoilt, version: '2' }], watermarks: [{ detection: 'share-access', url: 'file:///e/other.json', version: '1', bytes: 1 }] }));
    expect(listed(state)).toEqual([['2', 1]]);
  }
  using state = State.open(workspace);
  expect(listed(state)).toEqual([['2', 1]]);
  state.commit(outcome('3', { watermarks: [{ detection: 'share-access', url: spoilt.url, version: '3', bytes: 9 }] }));
  expect(listed(state)).toEqual([]);
});

test('a file that is to be tried again is held at no version, and stays listed until it was', () => {
  using state = State.open(workspaceFolder());
  state.commit(outcome('1', { quarantine: [spoilt, { ...spoilt, url: 'file:///e/2.json' }] }));
  state.retryQuarantine('share-access', [spoilt.url, 'file:///unknown.json']);
  expect(listed(state)).toEqual([['1', 1], ['', 1]]);
});

test('the digest tells a quarantine apart, but not when it was made', () => {
  const digest = (quarantine: readonly typeof spoilt[], at: string): string => {
    using state = State.open(workspaceFolder());
    state.commit(outcome('1', { quarantine, run: { at } }));
    return state.digest();
  };
  expect(digest([spoilt], '2026-01-01T00:00:00.000Z')).toBe(digest([spoilt], '2026-01-02T00:00:00.000Z'));
  expect(digest([spoilt], '2026-01-01T00:00:00.000Z')).not.toBe(digest([], '2026-01-01T00:00:00.000Z'));
});
