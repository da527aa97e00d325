import { z } from 'zod';
import { expect, test } from 'vitest';
import type { Batches } from '../contracts/columns.ts';
import { defineSink, type SinkDefinition } from '../contracts/define.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { token, type Token } from '../contracts/services.ts';
import type { Receipt, Sink } from '../contracts/sink.ts';
import { broken } from './check.ts';
import { readRows } from './read.ts';
import { sinkChecks, type SinkFixture } from './sink.ts';

type Store = Map<string, object[]>;
const Store: Token<Store> = token<Store>('checked-store');

type Write = (store: Store, data: Batches, run: Run, receipt?: Receipt) => Promise<{ rows: number }>;

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
      async write(data, run, receipt) {
        if (locked) throw new ByomlError('WRITE_FAILED', 'locked');
        return write(store, data, run, receipt);
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
const [receipt, accepted] = ['names each row at most once where it keeps a receipt, and writes those that it does not refuse', 'has written what it named as accepted, also when it is stopped then'];

/** More than comes before the checks stop a sink that is told to stop early. */
const perPiece = 12;

/** Sends in pieces and tells, with `say`, which rows each had, from where it began. */
const inPieces = (say: (receipt: Receipt, from: number, rows: readonly number[], send: () => void) => void): Write => async (store, data, run, to = { accepted() {}, refused() {} }) => {
  const sent: object[] = [];
  let piece: object[] = [];
  const flush = async (): Promise<void> => {
    run.signal.throwIfAborted();
    const [from, rows] = [sent.length, piece];
    say(to, from, rows.map((_, i) => i), () => {
      run.signal.throwIfAborted();
      store.set(run.id, [...sent, ...rows]);
    });
    sent.push(...rows);
    piece = [];
  };
  for await (const part of data) {
    piece.push(...(await collected({ async *[Symbol.asyncIterator]() { yield part; } }, { ...run, progress() {} })));
    if (piece.length >= perPiece) await flush();
  }
  if (piece.length > 0) await flush();
  return { rows: sent.length };
};

test('a sink that sends in pieces and names each keeps every promise', async () => {
  const named = inPieces((to, from, rows, send) => {
    send();
    to.accepted(rows.map((row) => from + row));
  });
  expect(await broken(sinkChecks(sink(named), fixture))).toEqual(new Map());
});
const bugs: Record<string, { readonly write: Write; readonly turns: readonly string[]; readonly patienceMs?: number }> = {
  'appending the same run again': { write: async (store, data, run) => { const held = await collected(data, run); store.set(run.id, [...(store.get(run.id) ?? []), ...held]); return { rows: held.length }; }, turns: ['writes the same run once'] },
  'writing as it reads': { write: async (store, data, run) => { const held: object[] = []; for await (const part of data) { run.signal.throwIfAborted(); held.push(...(await collected({ async *[Symbol.asyncIterator]() { yield part; } }, { ...run, progress() {} }))); store.set(run.id, [...held]); } return { rows: held.length }; }, turns: [stopped, failed] },
  'replacing what other runs wrote before it has read': { write: async (store, data, run) => { if (run.id === 'later') store.clear(); return correct(store, data, run); }, turns: [stopped, failed] },
  'a wrong count': { write: async (store, data, run) => ({ rows: (await correct(store, data, run)).rows + 1 }), turns: ['writes every row and says how many', 'writes the same run once', 'accepts a table without rows'] },
  'a deaf sink': { write: (store, data, run) => correct(store, data, { ...run, signal: new AbortController().signal }), turns: [stopped], patienceMs: 300 },
  'swallowing the error of its input': { write: async (store, data, run) => { try { return await correct(store, data, run); } catch (thrown) { if (run.signal.aborted) throw thrown; return { rows: 0 }; } }, turns: [failed] },
  'numbers changed on the way': { write: async (store, data, run) => correct(store, { async *[Symbol.asyncIterator]() { for await (const part of data) { (part.columns['surprise'] as unknown as Float64Array)[0] = 9; yield part; } } }, run), turns: ['writes every row and says how many', 'writes the same wherever batches are cut', 'writes the same run once', 'leaves its input unchanged', stopped, failed, receipt] },
  'naming rows before they are sent': { write: inPieces((to, from, rows, send) => { to.accepted(rows.map((row) => from + row)); send(); }), turns: [accepted] },
  'naming rows by their place in the piece': { write: inPieces((to, _from, rows, send) => { send(); to.accepted(rows); }), turns: [receipt] },
  'naming rows twice, and catching what the receipt says to that': { write: inPieces((to, from, rows, send) => { send(); to.accepted(rows.map((row) => from + row)); try { to.refused([from], { code: '400', message: 'no' }); } catch { /* As a careless plugin does. */ } }), turns: [receipt, accepted] },
  'naming rows from 1 on': { write: inPieces((to, from, rows, send) => { send(); to.accepted(rows.map((row) => from + row + 1)); }), turns: [receipt] },
  'refusing without a reason': { write: inPieces((to, from, rows, send) => { send(); to.refused(rows.map((row) => from + row), { code: '', message: '' }); }), turns: [receipt, accepted] },
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
