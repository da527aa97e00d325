import { expect, test } from 'vitest';
import { admission } from './admit.ts';
import type { AdmissionCheck, Finding } from './check.ts';
import { sampleFiles, submissionOf } from './sample-package.ts';

const { signal } = new AbortController();
const fault: Finding = { message: 'it is wrong', hint: 'Correct it.' };
const held: Finding = { ...fault, hold: true };
const check = (id: string, run: AdmissionCheck['run'], { enforced = true, required = true } = {}): AdmissionCheck => ({ id, summary: id, enforced, required, run });
const finds = (id: string, findings: readonly Finding[], options?: { enforced?: boolean; required?: boolean }) => check(id, async () => findings, options);
const throws = (id: string, options?: { enforced?: boolean; required?: boolean }) => check(id, () => Promise.reject(new Error('broken\u001b[31m')), options);
const admit = async (...checks: readonly AdmissionCheck[]) => admission(checks)(await submissionOf(sampleFiles(), signal), signal);

test.each([
  ['nothing', [finds('a', [])], 'PASSED'],
  ['a finding', [finds('a', [fault])], 'REJECTED'],
  ['a finding that is held and one that is not', [finds('a', [held]), finds('b', [fault])], 'REJECTED'],
  ['only findings that are held', [finds('a', [held]), finds('b', [])], 'QUARANTINED'],
  ['a finding that is only told', [finds('a', [fault, held], { enforced: false })], 'PASSED'],
  ['a required check that fails', [throws('a'), finds('b', [])], 'ERRORED'],
  ['a required check that fails beside one that refuses', [finds('b', [fault]), throws('a')], 'ERRORED'],
  ['a required check that is only told, and fails', [throws('a', { enforced: false })], 'ERRORED'],
  ['a check that fails and is not required', [throws('a', { required: false })], 'PASSED'],
  ['a check that answers no list', [check('a', async () => undefined as never)], 'ERRORED'],
  ['a check that throws before it waits', [check('a', () => { throw new Error('at once'); })], 'ERRORED'],
] as const)('%s: %#', async (_, checks, state) => {
  expect((await admit(...checks)).state).toBe(state);
});

test('findings name their check, in the order of the checks, also after one has refused', async () => {
  const { findings } = await admit(finds('first', [fault, held]), throws('second'), finds('third', [fault], { enforced: false }));
  expect(findings.map(({ check: id, enforced, hold }) => [id, enforced, hold])).toEqual([['first', true, undefined], ['first', true, true], ['second', true, undefined], ['third', false, undefined]]);
  expect(findings[2]?.message).toBe('the check could not be carried out: broken<U+001B>[31m');
});

test('a flood of findings is cut off and stays what it was', async () => {
  const flood = [...Array.from({ length: 1000 }, () => held), fault];
  const { state, findings } = await admit(finds('a', flood));
  expect([state, findings.length]).toEqual(['REJECTED', 51]);
  expect(findings.at(-1)?.message).toContain('951 more');
  expect((await admit(finds('a', Array.from({ length: 1000 }, () => held)))).state).toBe('QUARANTINED');
});

test('no checks, and two of one name, are no admission', () => {
  expect(() => admission([])).toThrow('0 checks');
  expect(() => admission([finds('a', []), finds('a', [])])).toThrow('2 checks of 1 names');
});

test('a cancelled admission has no verdict', async () => {
  const submission = await submissionOf(sampleFiles(), signal);
  const controller = new AbortController();
  const stopping = check('a', () => { controller.abort(new Error('stopped')); return Promise.reject(new Error('torn')); });
  await expect(admission([stopping])(submission, controller.signal)).rejects.toThrow('stopped');
});
