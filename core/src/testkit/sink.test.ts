import { z } from 'zod';
import { expect, test } from 'vitest';
import type { Batches } from '../contracts/columns.ts';
import { defineSink, type SinkDefinition } from '../contracts/define.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { token, type Token } from '../contracts/services.ts';
import type { Sink } from '../contracts/sink.ts';
import { broken } from './check.ts';
import { readRows } from './read.ts';
import { sinkChecks, type SinkFixture } from './sink.ts';

type Store = Map<string, object[]>;
const Store: Token<Store> = token<Store>('checked-store');

type Write = (store: Store, data: Batches, run: Run) => Promise<{ rows: number }>;

async function collected(data: Batches, run: Run): Promise<object[]> {
  const held: object[] = [];
  for await (const part of data) {
    run.signal.throwIfAborted();
    held.push(...(await readRows({ async *[Symbol.asyncIterator]() { yield part; } })));
    run.progress({ done: held.length, unit: 'rows' });
  }
  return held;
}

const correct: Write = async (store, data, run) => {
  const held = await collected(data, run);
  store.set(run.id, held);
  return { rows: held.length };
};

const sink = (write: Write): SinkDefinition =>
  defineSink({
    id: 'store', summary: 'A store in memory.', settings: z.strictObject({ locked: z.boolean().default(false).describe('Whether nobody can write') }),
    columns: { user: z.string(), surprise: z.number() }, needs: { store: Store },
    create: ({ locked }, { store }): Sink => ({
      async write(data, run) {
        if (locked) throw new ByomlError('WRITE_FAILED', 'locked');
        return write(store, data, run);
      },
    }),
  });

const fixture: SinkFixture = {
  rows: [{ user: 'ann', surprise: 1 }, { user: 'bob', surprise: 2.5 }, { user: 'cid', surprise: 0 }],
  async open() {
    const store: Store = new Map();
    return { settings: {}, services: { store }, read: async () => [...store.values()].flat() };
  },
};

test('a correct sink keeps every promise', async () => {
  expect(await broken(sinkChecks(sink(correct), fixture))).toEqual(new Map());
});

const [stopped, failed] = ['leaves nothing half-written when told to stop', 'leaves nothing half-written when its input fails'];
const bugs: Record<string, { readonly write: Write; readonly turns: readonly string[]; readonly patienceMs?: number }> = {
  'appending the same run again': { write: async (store, data, run) => { const held = await collected(data, run); store.set(run.id, [...(store.get(run.id) ?? []), ...held]); return { rows: held.length }; }, turns: ['writes the same run once'] },
  'writing as it reads': { write: async (store, data, run) => { const held: object[] = []; for await (const part of data) { run.signal.throwIfAborted(); held.push(...(await collected({ async *[Symbol.asyncIterator]() { yield part; } }, { ...run, progress() {} }))); store.set(run.id, [...held]); } return { rows: held.length }; }, turns: [stopped, failed] },
  'replacing what other runs wrote before it has read': { write: async (store, data, run) => { if (run.id === 'later') store.clear(); return correct(store, data, run); }, turns: [stopped, failed] },
  'a wrong count': { write: async (store, data, run) => ({ rows: (await correct(store, data, run)).rows + 1 }), turns: ['writes every row and says how many', 'writes the same run once', 'accepts a table without rows'] },
  'a deaf sink': { write: (store, data, run) => correct(store, data, { ...run, signal: new AbortController().signal }), turns: [stopped], patienceMs: 300 },
  'swallowing the error of its input': { write: async (store, data, run) => { try { return await correct(store, data, run); } catch (thrown) { if (run.signal.aborted) throw thrown; return { rows: 0 }; } }, turns: [failed] },
  'numbers changed on the way': { write: async (store, data, run) => correct(store, { async *[Symbol.asyncIterator]() { for await (const part of data) { (part.columns['surprise'] as unknown as Float64Array)[0] = 9; yield part; } } }, run), turns: ['writes every row and says how many', 'writes the same wherever batches are cut', 'writes the same run once', 'leaves its input unchanged', stopped, failed] },
  'progress that goes back': { write: async (store, data, run) => { run.progress({ done: 100, unit: 'rows' }); return correct(store, data, run); }, turns: ['reports progress that only grows'] },
};

test.each(Object.entries(bugs))('%s turns its checks red', async (_name, { write, turns, patienceMs = 5000 }) => {
  expect([...(await broken(sinkChecks(sink(write), { ...fixture, patienceMs }))).keys()]).toEqual(turns);
});

test('an unreachable destination is a catalogued error, and leftovers are seen', async () => {
  expect(await broken(sinkChecks(sink(correct), { ...fixture, unreachable: { locked: true } }))).toEqual(new Map());
  const messy = { ...fixture, open: async () => ({ ...(await fixture.open()), leftovers: async () => ['half.part'] }) };
  expect([...(await broken(sinkChecks(sink(correct), messy))).keys()]).toEqual([stopped, failed]);
});
