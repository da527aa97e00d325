import { expect, test } from 'vitest';
import { ByomlError } from '../contracts/errors.ts';
import { fakeRun } from './fakes/relation.ts';
import { guarded } from './guard.ts';

const never = (): Promise<never> => new Promise(() => {});

test('what a component throws becomes COMPONENT_FAILED with its address and the cause', async () => {
  const cause = new TypeError('x is not a function');
  const failure = guarded('a/b', undefined, () => Promise.reject(cause), fakeRun());
  await expect(failure).rejects.toMatchObject({ code: 'COMPONENT_FAILED', message: 'a/b: x is not a function', cause, details: { component: 'a/b' } });
});

test('a synchronous throw and a thrown text are caught as well', async () => {
  const throwsText = (): never => {
    throw 'no' as unknown as Error;
  };
  const failure = guarded('a/b', undefined, throwsText, fakeRun());
  await expect(failure).rejects.toMatchObject({ code: 'COMPONENT_FAILED', message: 'a/b: no' });
});

test('ByomlErrors pass through', async () => {
  const own = new ByomlError('CELL_INVALID', 'row 3');
  await expect(guarded('a/b', undefined, () => Promise.reject(own), fakeRun())).rejects.toBe(own);
});

test('a call that never ends is given up at wallMs, and its signal is aborted', async () => {
  let inner: AbortSignal | undefined;
  const failure = guarded('a/b', { wallMs: 5 }, (run) => ((inner = run.signal), never()), fakeRun());
  await expect(failure).rejects.toMatchObject({ code: 'COMPONENT_TIMED_OUT', message: 'a/b: no answer within its declared 5 ms' });
  expect(inner?.aborted).toBe(true);
});

test('a component that gives up because of the timeout is still reported as timed out', async () => {
  const failure = guarded('a/b', { wallMs: 5 }, (run) => new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(new Error('stopped')))), fakeRun());
  await expect(failure).rejects.toMatchObject({ code: 'COMPONENT_TIMED_OUT' });
});

test('stopping the run rejects at once with its reason, also for a component that ignores the signal', async () => {
  const stop = new AbortController();
  const reason = new ByomlError('CANCELLED', 'stopped');
  const call = guarded('a/b', undefined, never, fakeRun({ signal: stop.signal }));
  stop.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test('a stopped run does not call the component at all', async () => {
  let called = false;
  await expect(guarded('a/b', undefined, () => void (called = true), fakeRun({ signal: AbortSignal.abort(new Error('early')) }))).rejects.toThrow('early');
  expect(called).toBe(false);
});

test('no listener stays on the run\'s signal', async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const counted = Object.assign(Object.create(signal) as AbortSignal, {
    throwIfAborted: () => {},
    addEventListener: () => void listeners++,
    removeEventListener: () => void listeners--,
  });
  await guarded('a/b', { wallMs: 1e6 }, () => 1, fakeRun({ signal: counted }));
  await guarded('a/b', undefined, () => Promise.reject(new Error('x')), fakeRun({ signal: counted })).catch(() => undefined);
  expect(listeners).toBe(0);
});
