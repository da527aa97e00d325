import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Session } from '../ad-hoc/session.ts';
import { State } from '../state/index.ts';
import { alert, outcome, removeWorkspaces, workspaceFolder } from '../state/state.test.fixture.ts';
import { byTactic, coverageOf, openWorkspace } from './index.ts';

afterAll(removeWorkspaces);

const rules: Readonly<Record<string, readonly string[]>> = { 'a/shares': ['T1021.002', 'T1078'], 'a/old': ['T1077', 'T9999'], 'a/nothing': [] };
const session = { catalogue: { load: (_kind: string, address: string) => Promise.resolve({ definition: { attack: rules[address] } }) } } as unknown as Session;

function workspaceOf(detections: Readonly<Record<string, string>>): string {
  const folder = workspaceFolder();
  mkdirSync(join(folder, 'detections'));
  for (const [name, uses] of Object.entries(detections)) writeFileSync(join(folder, 'detections', `${name}.yaml`), `version: 1\nname: ${name}\nsource: files/table\nalgorithm: a/b\nrules: ${uses}\n`);
  return folder;
}

test('techniques are named with their detections and what they found; unknown and revoked ones are told apart', async () => {
  const folder = workspaceOf({ 'share-access': '[a/shares]', logons: '[a/shares, a/old]', quiet: '[a/nothing]', plain: '[]' });
  using state = State.open(folder);
  state.commit(outcome('1', { alerts: [alert('ann', { techniques: ['T1021.002', 'T1078'] }), alert('bob', { techniques: ['T1078'] }), alert('cat', { techniques: ['T1039'] })] }));
  state.commit(outcome('2', { run: { detection: 'removed' }, alerts: [alert('dan', { detection: 'removed', techniques: ['T1078'] })] }));
  const coverage = await coverageOf(session, await openWorkspace(folder), state);
  expect(coverage).toEqual({
    covered: [{ technique: 'T1021.002', detections: ['logons', 'share-access'], alerts: 1 }, { technique: 'T1078', detections: ['logons', 'share-access'], alerts: 2 }],
    notInForce: [{ technique: 'T1077', why: 'was revoked in favour of T1021.002', detections: ['logons'] }, { technique: 'T9999', why: 'is not in Enterprise ATT&CK 18.1', detections: ['logons'] }],
    without: ['plain', 'quiet'],
  });
  expect(byTactic(coverage.covered).map(({ name, techniques }) => [name, techniques.map(({ technique }) => technique)])).toEqual([
    ['Initial Access', ['T1078']], ['Persistence', ['T1078']], ['Privilege Escalation', ['T1078']], ['Defense Evasion', ['T1078']], ['Lateral Movement', ['T1021.002']],
  ]);
});
