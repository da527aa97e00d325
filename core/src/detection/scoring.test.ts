import { expect, test } from 'vitest';
import { batch, type Batches } from '../contracts/columns.ts';
import { popularity } from './fakes/popularity.ts';
import { fakeRelation, fakeRun } from './fakes/relation.ts';
import type { AlgorithmComponent } from './component.ts';
import { scoreBatches, type ScoredBatch } from './scoring.ts';

const { definition } = popularity();
const data = (rows: number, cut = 4): Batches => fakeRelation({ user: Array.from({ length: rows }, (_, i) => `u${i}`), resource: Array.from({ length: rows }, () => 'r') }, cut).batches(fakeRun());

/** Scores ten rows in batches of four with a model that answers what is given. */
async function answering(answer: (length: number) => unknown, over: Partial<AlgorithmComponent> = {}, run = fakeRun()): Promise<ScoredBatch[]> {
  const component: AlgorithmComponent = { address: 'a/b', definition, algorithm: {} as never, ...over };
  const model = { score: async ({ length }: { length: number }) => answer(length), save: async () => {} } as never;
  const all: ScoredBatch[] = [];
  for await (const scores of scoreBatches({ component, model }, data(10), run)) all.push(scores);
  return all;
}

const good = (length: number): Record<string, unknown> => ({
  surprise: Float64Array.from({ length }, (_, i) => i),
  coldSurprise: new Float64Array(length).fill(Number.NaN),
  status: Array.from({ length }, () => 'scored'),
});
const answer = (change: object) => (length: number): unknown => ({ length, columns: { ...good(length), ...change } });

test('checked scores come row for row, with the number of rows before', async () => {
  const all = await answering(answer({}));
  expect(all.map(({ offset, length }) => [offset, length])).toEqual([[0, 4], [4, 4], [8, 2]]);
  expect(all[1]?.surprise).toEqual(Float64Array.of(0, 1, 2, 3));
});

test.each<[string, (length: number) => unknown]>([
  ['fewer rows', (length) => batch(good(length - 1) as never)],
  ['a short column', answer({ surprise: new Float64Array(1) })],
  ['a status column that is too long', answer({ status: Array.from({ length: 9 }, () => 'scored') })],
])('%s is ROWS_MISALIGNED', async (_, given) => {
  await expect(answering(given)).rejects.toMatchObject({ code: 'ROWS_MISALIGNED', details: { component: 'a/b' } });
});

const third = (value: unknown, usual: unknown) => (length: number): unknown[] => Array.from({ length }, (_, i) => (length === 2 && i === 1 ? value : usual));

test.each<[string, string, (length: number) => unknown]>([
  ['NaN', 'surprise', third(Number.NaN, 1)],
  ['an infinite surprise', 'surprise', third(Infinity, 1)],
  ['no surprise', 'surprise', third(null, 1)],
  ['an unknown status', 'status', third('odd', 'scored')],
  ['no status', 'status', third(null, 'scored')],
])('%s is SCORES_INVALID and names component, column and row', async (_, column, cells) => {
  const failure = answering((length) => ({ length, columns: { ...good(length), [column]: cells(length) } }));
  await expect(failure).rejects.toMatchObject({ code: 'SCORES_INVALID', message: expect.stringContaining(`a/b: column "${column}" row 10`) as string, details: { component: 'a/b', column, row: 10 } });
});

test('coldSurprise must be finite in cold rows only, and only where it is declared', async () => {
  const cold = answer({ status: Array.from({ length: 4 }, () => 'new-user') });
  await expect(answering(cold)).rejects.toMatchObject({ code: 'SCORES_INVALID', details: { column: 'coldSurprise', row: 1 } });
  const { output: _, ...undeclared } = definition;
  const [first] = await answering(answer({ coldSurprise: undefined }), { definition: undeclared as never });
  expect(first?.coldSurprise).toBeNull();
});

test.each([undefined, null, 7, {}, { length: 4, columns: {} }])('an answer that is no batch (%o) is refused', async (given) => {
  await expect(answering(() => given)).rejects.toMatchObject({ code: 'SCORES_INVALID' });
});

test('a model that throws is COMPONENT_FAILED, one that never ends is COMPONENT_TIMED_OUT', async () => {
  await expect(answering(() => { throw new Error('broken'); })).rejects.toMatchObject({ code: 'COMPONENT_FAILED', message: 'a/b: broken' });
  await expect(answering(() => new Promise(() => {}), { capabilities: { wallMs: 5 } })).rejects.toMatchObject({ code: 'COMPONENT_TIMED_OUT' });
});

test('a signal stops scoring before the next batch', async () => {
  const stop = new AbortController();
  let batches = 0;
  const scoring = answering((length) => {
    batches++;
    stop.abort(new Error('enough'));
    return answer({})(length);
  }, {}, fakeRun({ signal: stop.signal }));
  await expect(scoring).rejects.toThrow('enough');
  expect(batches).toBe(1);
});

test('progress counts rows and only grows', async () => {
  const done: number[] = [];
  await answering(answer({}), {}, fakeRun({ progress: (update) => void done.push(update.done) }));
  expect(done).toEqual([4, 8, 10]);
});
