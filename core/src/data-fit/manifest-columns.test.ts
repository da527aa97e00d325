import { z } from 'zod';
import { expect, test } from 'vitest';
import { utcDay, utcInstant } from '../contracts/cells.ts';
import { planColumns } from '../engine/index.ts';
import { manifestColumns } from './manifest-columns.ts';

const plan = (schema: unknown) => planColumns(manifestColumns(schema)).map(({ name, type, required }) => ({ name, type, required }));

test('the columns of a manifest are read as those of the code would be', () => {
  const columns = { user: z.string().min(1), day: utcDay().optional(), seen: utcInstant(), count: z.number().min(0).default(1), size: z.int(), odd: z.boolean(), hosts: z.array(z.string()).optional(), numbers: z.array(z.number()), any: z.unknown().optional(), kind: z.enum(['a', 'b']) };
  const described = z.toJSONSchema(z.object(columns), { io: 'input', unrepresentable: 'any' });
  expect(plan(described)).toEqual(planColumns(columns).map(({ name, type, required }) => ({ name, type, required })));
});

test('cells are checked by type, bounds and choices, but never by a pattern of the manifest', () => {
  const columns = manifestColumns({ properties: { n: { type: 'integer', minimum: 0, maximum: 5 }, of: { type: 'string', enum: ['a'] }, text: { type: 'string', pattern: '^(a+)+$' } }, required: ['n', 'of', 'text'] });
  expect([columns['n']?.safeParse(6).success, columns['n']?.safeParse(5).success, columns['of']?.safeParse('b').success]).toEqual([false, true, false]);
  expect(columns['text']?.safeParse(`${'a'.repeat(60)}!`).success).toBe(true);
});

test.each([undefined, null, {}, { properties: [] }, { properties: { a: 3 } }, { required: [1] }])('%o is no reason to fail', (schema) => {
  expect(() => plan(schema)).not.toThrow();
});
