import { batch, type AccessColumns, type Batch, type Batches, type Run } from '@byoml/core';
import type { Access } from '../access-walk/naive.test.reference.ts';

export const aRun = (over: Partial<Run> = {}): Run => ({ id: 'test', seed: 1, signal: new AbortController().signal, progress: () => undefined, ...over });

/** Accesses as one batch of plain arrays. */
export function table(accesses: readonly (Access & { scope?: string })[]): Batch<AccessColumns> {
  const dated = accesses.some(({ day }) => day !== undefined);
  return batch<AccessColumns>({
    scope: accesses.map(({ scope }) => scope ?? ''),
    user: accesses.map(({ user }) => user),
    resource: accesses.map(({ resource }) => resource),
    count: Float64Array.from(accesses, ({ count }) => count),
    ...(dated ? { day: Float64Array.from(accesses, ({ day }) => day ?? Number.NaN) } : {}),
  });
}

export const stream = (...batches: readonly Batch<AccessColumns>[]): Batches<AccessColumns> => ({
  async *[Symbol.asyncIterator]() {
    yield* batches;
  },
});

/** The surprises of a scored batch. */
export const surprisesOf = ({ columns }: Batch): Float64Array => (columns as unknown as { surprise: Float64Array }).surprise;

/** Rows `[from, to)` of a batch of arrays. */
export const slice = (rows: Batch<AccessColumns>, from: number, to: number): Batch<AccessColumns> =>
  batch<AccessColumns>(Object.fromEntries(Object.entries(rows.columns).map(([name, column]) => [name, (column as unknown as unknown[]).slice(from, to)])) as never);

export const shuffled = <T>(items: readonly T[], random: () => number): T[] => {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
};
