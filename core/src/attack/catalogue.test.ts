import { expect, test } from 'vitest';
import { attackTactics, attackTechnique, attackTechniques, notInForce, tacticsOf } from './index.ts';

test('the shipped catalogue is whole: as many as MITRE counts, and every replacement is in force', () => {
  const of = (state: string) => [...attackTechniques].filter(([, technique]) => technique.state === state);
  expect([of('in-force').length, of('in-force').filter(([id]) => !id.includes('.')).length, of('revoked').length, of('deprecated').length]).toEqual([691, 216, 132, 12]);
  expect(of('revoked').filter(([, technique]) => technique.state === 'revoked' && attackTechniques.get(technique.by)?.state !== 'in-force')).toEqual([]);
  expect([...attackTechniques.keys()].filter((id) => !/^T\d{4}(?:\.\d{3})?$/.test(id))).toEqual([]);
});

test('every technique in force has a tactic, and each tactic has techniques', () => {
  const inForce = [...attackTechniques.keys()].flatMap((id) => attackTechnique(id) ?? []);
  expect(inForce.filter(({ tactics }) => tactics.length === 0)).toEqual([]);
  const sizes = attackTactics.map(({ id }) => [id, inForce.filter(({ tactics }) => tactics.some((tactic) => tactic.id === id)).length]);
  expect(Object.fromEntries(sizes)).toEqual({
    TA0043: 45, TA0042: 47, TA0001: 22, TA0002: 46, TA0003: 126, TA0004: 109, TA0005: 215, TA0006: 67, TA0007: 49, TA0008: 23, TA0009: 41, TA0011: 45, TA0010: 19, TA0040: 33,
  });
});

test('a sub-technique has its technique and its tactics; what is not in force has neither', () => {
  expect(attackTechnique('T1021.002')).toEqual({ id: 'T1021.002', name: 'SMB/Windows Admin Shares', tactics: [{ id: 'TA0008', name: 'Lateral Movement' }], parent: { id: 'T1021', name: 'Remote Services' } });
  expect(attackTechnique('T1078')?.tactics.map(({ name }) => name)).toEqual(['Initial Access', 'Persistence', 'Privilege Escalation', 'Defense Evasion']);
  expect([attackTechnique('T1077'), attackTechnique('T9999')]).toEqual([undefined, undefined]);
});

test('tactics of several techniques come once, in the order of the matrix', () => {
  expect(tacticsOf(['T1039', 'T1021.002', 'T1078', 'T9999']).map(({ id }) => id)).toEqual(['TA0001', 'TA0003', 'TA0004', 'TA0005', 'TA0008', 'TA0009']);
});

test('an id that is not in force is told with what became of it', () => {
  expect(['T1059.001', 'T1077', 'T1064', 'T9999'].map(notInForce)).toEqual([undefined, 'was revoked in favour of T1021.002', 'was deprecated by MITRE', 'is not in Enterprise ATT&CK 18.1']);
});
