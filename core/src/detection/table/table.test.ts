import { expect, test } from 'vitest';
import type { Batch } from '../../contracts/columns.ts';
import { dictionaryColumn } from '../../contracts/dictionary.ts';
import { fakeRelation, fakeRun } from '../fakes/relation.ts';
import { dataDigest } from './digest.ts';
import { indexByDay } from './day-index.ts';
import { groupRows } from './groups.ts';
import { readTable, tableBatches } from './table.ts';

async function* batches(...all: object[]): AsyncGenerator<Batch> {
  for (const columns of all) yield { length: (Object.values(columns)[0] as { length: number }).length, columns: columns as Batch['columns'] };
}

test('text comes out under one dictionary in order of first appearance, whatever dictionaries it came with', async () => {
  const { rows, columns } = await readTable(batches({ user: dictionaryColumn(Int32Array.of(2, 0, -1), ['a', 'x', 'c']) }, { user: dictionaryColumn(Int32Array.of(0, 1), ['b', 'a']) }), fakeRun());
  expect(rows).toBe(5);
  expect(columns['user']).toMatchObject({ codes: Int32Array.of(0, 1, -1, 2, 1), dictionary: ['c', 'a', 'b'] });
});

test('a dictionary may grow while batches share it', async () => {
  const shared = ['a'];
  async function* growing(): AsyncGenerator<Batch> {
    yield { length: 1, columns: { user: dictionaryColumn(Int32Array.of(0), shared) } as Batch['columns'] };
    shared.push('b');
    yield { length: 2, columns: { user: dictionaryColumn(Int32Array.of(1, 0), shared) } as Batch['columns'] };
  }
  expect((await readTable(growing(), fakeRun())).columns['user']).toMatchObject({ codes: Int32Array.of(0, 1, 0), dictionary: ['a', 'b'] });
});

test('cells are copied, so an engine may use its buffers again; whole numbers with an empty cell become floats', async () => {
  const buffer = Int32Array.of(1, 2);
  async function* reused(): AsyncGenerator<Batch> {
    yield { length: 2, columns: { day: buffer } as Batch['columns'] };
    buffer.fill(9);
    yield { length: 1, columns: { day: Float64Array.of(Number.NaN) } as Batch['columns'] };
  }
  expect((await readTable(reused(), fakeRun())).columns['day']).toEqual(Float64Array.of(1, 2, Number.NaN));
});

test('chosen rows come back in the order asked, in every kind of column', async () => {
  const table = await readTable(batches({ user: dictionaryColumn(Int32Array.of(0, 1, 0), ['a', 'b']), count: Float64Array.of(1, 2, 3), hosts: [['h'], [], ['i']] }), fakeRun());
  const all: unknown[] = [];
  for await (const { columns } of tableBatches(table, fakeRun(), Int32Array.of(2, 0))) all.push(...Object.values(columns as Record<string, Iterable<unknown>>).map((column) => [...column]));
  expect(all).toEqual([['a', 'a'], [3, 1], [['i'], ['h']]]);
});

test('the digest is that of names, cells and order, not of batch cuts', async () => {
  const columns = { user: ['a', 'b', 'a'], count: Float64Array.of(1, 2, 3) };
  const digest = async (changed: object, cut = 2): Promise<string> => dataDigest(await readTable(fakeRelation({ ...columns, ...changed }, cut).batches(fakeRun()), fakeRun()));
  const original = await digest({});
  expect(await digest({}, 1)).toBe(original);
  for (const changed of [{ user: ['b', 'a', 'b'] }, { count: Float64Array.of(1, 2, 4) }, { count: Int32Array.of(1, 2, 3) }, { more: ['', '', ''] }]) expect(await digest(changed)).not.toBe(original);
});

test('rows are grouped as a map of both keys would, in order of first appearance', () => {
  const major = Int32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 61);
  const minor = Int32Array.from({ length: 5000 }, (_, i) => (i * 104_729) % 97);
  const groups = new Map<string, number>();
  const expected = Array.from(major, (code, row) => {
    const name = `${code} ${minor[row]}`;
    groups.set(name, groups.get(name) ?? groups.size);
    return groups.get(name);
  });
  const { of, first } = groupRows(major, minor);
  expect([...of]).toEqual(expected);
  expect(first.length).toBe(groups.size);
  expect([...first].every((row, group) => of[row] === group)).toBe(true);
});

test('rows of a day keep their order, and a day without rows splits the others', () => {
  const index = indexByDay(Int32Array.of(5, 3, 9, 5, 3));
  expect(index.days).toEqual([3, 5, 9]);
  expect([...index.on(5)]).toEqual([0, 3]);
  expect([...index.on(4)]).toEqual([]);
  expect([...index.before(5)]).toEqual([1, 4]);
  expect([...index.before(6)]).toEqual([1, 4, 0, 3]);
  expect([...index.before(100)]).toHaveLength(5);
});
