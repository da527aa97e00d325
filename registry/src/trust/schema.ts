import type { z } from '@byoml/core';
import { refusal } from './refusal.ts';

/** The value as the schema has it. Throws TRUST_REFUSED with the first place that does not fit. */
export function parsed<S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusal(what, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'it does not fit its schema'}`);
}
