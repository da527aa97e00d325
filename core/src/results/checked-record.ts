import type { z } from 'zod';
import { ByomlError } from '../contracts/errors.ts';

/** A record that breaks the schema it is written in is a fault of ours: INTERNAL, naming schema, record and place. */
export function checkedRecord<T>(name: string, recordId: string, schema: z.ZodType<T>, record: unknown): T {
  const result = schema.safeParse(record);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'record'}: ${message}`);
  throw new ByomlError('INTERNAL', `alert ${recordId.slice(0, 12)} is not a valid ${name} record: ${issues.join('; ')}`, { details: { schema: name, alert: recordId, paths: result.error.issues.map(({ path }) => path.join('.')) }, cause: result.error });
}
