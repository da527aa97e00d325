import { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';
import type { Explanation } from '../contracts/explanation.ts';

const fact = z.union([z.string(), z.number(), z.array(z.string())]);
const term = z.object({ from: z.record(z.string(), z.string()), value: z.number(), merged: z.int().positive().exactOptional() });
const scale = z.object({ kind: z.literal('negative-log'), floor: z.number().positive() });
const explanation = z
  .object({
    explains: z.enum(['surprise', 'coldSurprise']),
    exact: z.boolean(),
    quantity: z.string(),
    total: z.number(),
    terms: z.array(term),
    scale: scale.exactOptional(),
    reasons: z.array(z.object({ kind: z.string(), sentence: z.string(), facts: z.record(z.string(), fact) })),
    sentence: z.string(),
  })
  .refine(({ scale: of, terms }) => of === undefined || terms.every(({ value }) => value >= 0), { error: 'terms below a logarithm are never negative', path: ['terms'] });

/** The one explanation that a model answered for one row. Throws ROWS_MISALIGNED for another number, COMPONENT_FAILED for one that breaks the contract. */
export function checkedExplanation(address: string, row: number, answered: unknown): Explanation {
  if (!Array.isArray(answered) || answered.length !== 1) {
    const got = Array.isArray(answered) ? answered.length : 'no list of';
    throw new ByomlError('ROWS_MISALIGNED', `${address}: answered ${got} explanations for row ${row}`, { details: { component: address, row } });
  }
  const parsed = explanation.safeParse(answered[0]);
  if (parsed.success) return parsed.data;
  throw new ByomlError('COMPONENT_FAILED', `${address}: invalid explanation of row ${row}: ${z.prettifyError(parsed.error)}`, { cause: parsed.error, details: { component: address, row } });
}
