import { z } from 'zod';
import { utcDay, utcInstant } from '../contracts/cells.ts';
import type { Columns } from '../contracts/columns.ts';

/** The part of JSON Schema that a manifest says a column with. */
const property = z.looseObject({
  type: z.unknown().optional(),
  format: z.unknown().optional(),
  enum: z.array(z.unknown()).optional().catch(undefined),
  minimum: z.number().optional().catch(undefined),
  maximum: z.number().optional().catch(undefined),
  items: z.looseObject({ type: z.unknown().optional() }).optional().catch(undefined),
});
type Property = z.infer<typeof property>;

const table = z.looseObject({ properties: z.record(z.string(), property.catch({ type: undefined, format: undefined })).catch({}), required: z.array(z.string()).catch([]) });

function bounded(schema: z.ZodNumber, { minimum, maximum }: Property): z.ZodType {
  const from = minimum === undefined ? schema : schema.min(minimum);
  return maximum === undefined ? from : from.max(maximum);
}

const types: Readonly<Record<string, (of: Property) => z.ZodType>> = {
  string: ({ enum: options }) => (options?.length && options.every((option) => typeof option === 'string') ? z.enum(options as [string]) : z.string()),
  number: (of) => bounded(z.number(), of),
  integer: (of) => bounded(z.int(), of),
  boolean: () => z.boolean(),
  array: ({ items }) => z.array(items?.type === 'string' ? z.string() : z.number()),
};

function cell(of: Property): z.ZodType {
  if (of.format === 'utc-day') return utcDay();
  if (of.format === 'utc-instant') return utcInstant();
  return (typeof of.type === 'string' && Object.hasOwn(types, of.type) ? types[of.type]?.(of) : undefined) ?? z.unknown();
}

/**
 * The columns that a manifest describes, made from its JSON Schema alone. Patterns and further rules are left out: a stranger's regular
 * expression is code as well.
 */
export function manifestColumns(schema: unknown): Columns {
  const { properties, required } = table.parse(schema ?? {});
  return Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, required.includes(name) ? cell(of) : cell(of).optional()]));
}
