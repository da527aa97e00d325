import { z } from 'zod';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utcDay } from '../contracts/cells.ts';
import { cellCheck } from './cell-check.ts';

const numbers: Readonly<Record<string, z.ZodType>> = {
  'any number': z.number(),
  'at least 0': z.number().min(0),
  'above 0': z.number().gt(0),
  'at most 1': z.number().max(1),
  'below 1': z.number().lt(1),
  'whole': z.int(),
  'whole, 1 to 3': z.int().min(1).max(3),
  'steps of 5': z.number().multipleOf(5),
  'steps of .1': z.number().multipleOf(0.1),
  'a day': utcDay(),
  'with default': z.number().min(0).default(1),
  'optional': z.number().min(0).optional(),
};

test.each(Object.entries(numbers))('%s: a number fits exactly when zod takes it', (_name, schema) => {
  const check = cellCheck(schema);
  const value = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -1e6, max: 1e6 }).map((tenths) => tenths / 10));
  fc.assert(fc.property(fc.array(value, { maxLength: 20 }), (cells) => {
    expect(check.firstBadNumber(Float64Array.from(cells))).toBe(cells.findIndex((cell) => !schema.safeParse(cell).success));
  }), { seed: 5 });
});

const texts: Readonly<Record<string, z.ZodType>> = {
  'any text': z.string(),
  'one character or more': z.string().min(1),
  'two at most': z.string().max(2),
  'a pattern': z.string().regex(/^a+$/),
  'one of a set': z.enum(['a', 'aa']),
  'a literal': z.literal('a'),
};

test.each(Object.entries(texts))('%s: a text fits exactly when zod takes it', (_name, schema) => {
  const check = cellCheck(schema);
  fc.assert(fc.property(fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b', 'é') }), (text) => check.fits(text) === schema.safeParse(text).success), { seed: 5 });
});

test('an empty cell fits: whether it may be empty is not asked here', () => {
  expect(cellCheck(z.int().min(0)).firstBadNumber(Float64Array.of(Number.NaN, 1, Number.NaN))).toBe(-1);
});

test.each([
  [z.number().min(0), 'number of at least 0'],
  [z.int().min(1).max(9), 'integer of at least 1 of at most 9'],
  [z.number().gt(0).lt(1), 'number above 0 below 1'],
  [z.string().min(1), 'text of at least 1 character'],
  [z.string().min(2).max(3), 'text of at least 2 characters of at most 3 characters'],
  [z.enum(['a', 'b']), 'one of "a", "b"'],
  [z.literal('a'), '"a"'],
  [z.boolean(), 'boolean'],
])('what a cell must be is told in words', (schema, words) => {
  expect(cellCheck(schema).expected).toBe(words);
});
