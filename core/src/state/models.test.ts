import { afterAll, expect, test } from 'vitest';
import { State } from './index.ts';
import { audit, detectionState, model, outcome, removeWorkspaces, workspaceFolder } from './state.test.fixture.ts';

afterAll(removeWorkspaces);

function trained(): State {
  const state = State.open(workspaceFolder());
  state.commit(outcome('1', { models: [model(1)] }));
  state.commit(outcome('2', { models: [model(2)] }));
  state.commit(outcome('3', { models: [model(3, { role: 'shadow' })], state: detectionState({ role: 'shadow', model: 3 }) }));
  return state;
}
const roles = (state: State): string[] => state.models('share-access').map(({ version, role }) => `${version} ${role}`);

test('a new model takes the role of the one before, and versions count up within a detection', () => {
  using state = trained();
  expect(roles(state)).toEqual(['3 shadow', '2 active', '1 former']);
  expect([state.nextVersion('share-access'), state.nextVersion('other')]).toEqual([4, 1]);
  expect(state.model('share-access', 2)).toEqual(model(2));
  expect(state.model('share-access', 9)).toBeNull();
});

test('a promotion changes roles, the state and the audit at once, and the shadow is gone', () => {
  using state = trained();
  state.changeRoles('share-access', [{ version: 3, role: 'active' }], [detectionState({ model: 3 })], audit('promote'));
  expect(roles(state)).toEqual(['3 active', '2 former', '1 former']);
  expect(state.detection('share-access', 'production')?.model).toBe(3);
  expect(state.detection('share-access', 'shadow')).toBeNull();
  expect(state.audits('share-access')).toEqual([audit('promote')]);
});

test('two models can swap their roles', () => {
  using state = trained();
  state.changeRoles('share-access', [{ version: 2, role: 'shadow' }, { version: 3, role: 'active' }], [detectionState({ role: 'shadow', model: 2 })], audit('rollback'));
  expect(roles(state)).toEqual(['3 active', '2 shadow', '1 former']);
  expect(state.detection('share-access', 'shadow')?.model).toBe(2);
});

test('an unknown version is RECORD_UNKNOWN and changes nothing', () => {
  using state = trained();
  const before = state.digest();
  expect(() => state.changeRoles('share-access', [{ version: 1, role: 'active' }, { version: 9, role: 'shadow' }], [detectionState({ model: 1 })], audit('rollback'))).toThrow(expect.objectContaining({ code: 'RECORD_UNKNOWN', message: expect.stringContaining('share-access has no model version 9') }));
  expect(() => state.prune('share-access', [1, 9])).toThrow(expect.objectContaining({ code: 'RECORD_UNKNOWN' }));
  expect(state.digest()).toBe(before);
});

test('pruned models stay known', () => {
  using state = trained();
  state.prune('share-access', [1, 2]);
  expect(state.models('share-access').map(({ pruned }) => pruned)).toEqual([false, true, true]);
});
