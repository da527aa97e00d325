import { expect, test } from 'vitest';
import { batch } from '../contracts/columns.ts';
import { Oddest } from './oddest.ts';

const scored = (rows: ReadonlyArray<readonly [surprise: number, pValue: number | null, status: string]>) =>
  batch<any>({ surprise: rows.map(([surprise]) => surprise), pValue: rows.map(([, p]) => p), status: rows.map(([, , status]) => status) } as never);

async function oddest(top: number, ...batches: Array<ReturnType<typeof scored>>): Promise<number[]> {
  const held = new Oddest(top);
  const passing = held.watch({ async *[Symbol.asyncIterator]() { yield* batches; } });
  for (let pass = 0; pass < 2; pass++) for await (const _ of passing) void _;
  return held.rows();
}

test('the smallest p comes first, then the largest surprise, then the earlier row', async () => {
  expect(await oddest(3, scored([[1, 0.5, 'scored'], [2, 0.1, 'scored'], [9, 0.1, 'new-user']]), scored([[2, 0.1, 'scored'], [1, 0.01, 'scored']]))).toEqual([5, 3, 2]);
});

test('known rows are no candidates', async () => {
  expect(await oddest(2, scored([[9, 1, 'known'], [1, 0.9, 'scored']]))).toEqual([2]);
});

test('without calibration the surprise decides', async () => {
  expect(await oddest(2, scored([[1, null, 'scored'], [3, null, 'scored'], [2, null, 'scored']]))).toEqual([2, 3]);
});
