import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { utcDay } from '../contracts/cells.ts';
import type { DictionaryColumn } from '../contracts/columns.ts';
import { readRows, withoutEmpty } from './read.ts';
import { cells, cut, parseRows, replay, table, take } from './table.ts';

const columns = { user: z.string(), count: z.number().default(1), day: utcDay().optional(), hosts: z.array(z.string()).default([]) };
const someRows = fc.array(fc.record({ user: fc.string(), count: fc.double({ noNaN: true, noDefaultInfinity: true }), day: fc.integer({ min: 0, max: 30_000 }), hosts: fc.array(fc.string()) }, { requiredKeys: ['user'] }));
const expected = (rows: readonly object[]) => parseRows(columns, rows).map((row) => withoutEmpty(Object.entries(row)));

test('a table holds its rows, wherever it is cut and however its texts are encoded', () =>
  fc.assert(
    fc.asyncProperty(someRows, fc.integer({ min: 1, max: 5 }), fc.boolean(), async (rows, size, reversed) => {
      const read = await readRows(replay(...cut(table(columns, rows, { reversed }), size)));
      expect(read).toEqual(expected(rows));
    }),
  ));

test('taking rows keeps the dictionary and the kinds of arrays', () => {
  const whole = table(columns, [{ user: 'ann', day: 3 }, { user: 'bob', day: 4 }, { user: 'ann', day: 5 }]);
  const taken = take(whole, [2, 0]);
  expect(cells(taken)).toEqual({ user: ['ann', 'ann'], count: [1, 1], day: [5, 3], hosts: [[], []] });
  expect((taken.columns['user'] as DictionaryColumn).dictionary).toBe((whole.columns['user'] as DictionaryColumn).dictionary);
  expect(taken.columns['day']).toBeInstanceOf(Int32Array);
  expect(taken.columns['count']).toBeInstanceOf(Float64Array);
});

test('optional columns that nobody fills are absent; a hole in numbers is NaN', () => {
  expect(Object.keys(table(columns, [{ user: 'ann' }]).columns)).toEqual(['user', 'count', 'hosts']);
  expect(table(columns, [{ user: 'ann', day: 3 }, { user: 'bob' }]).columns['day']).toEqual(Float64Array.of(3, Number.NaN));
});

test('a row that does not fit is named', () => {
  expect(() => table(columns, [{ user: 'ann' }, { user: 7 as never }])).toThrow(/row 2 of the fixture: user/);
});
