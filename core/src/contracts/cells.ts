import { z } from 'zod';

/** A UTC day, as whole days since 1970-01-01. Files hold `2026-11-24`. */
export const utcDay = (): z.ZodInt => z.int().meta({ format: 'utc-day' });

/** A moment, as milliseconds since 1970-01-01T00:00Z. Files hold ISO 8601 text. */
export const utcInstant = (): z.ZodNumber => z.number().meta({ format: 'utc-instant' });

/** What an engine must deliver for a cell: `text` as DictionaryColumn, `number` as Float64Array, `integer` and `day` as Int32Array, the others as arrays. */
export type CellType = 'text' | 'number' | 'integer' | 'day' | 'instant' | 'boolean' | 'texts' | 'numbers' | 'other';

interface Described {
  readonly type?: unknown;
  readonly format?: unknown;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
}

const plain = (type: unknown): CellType => {
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer' || type === 'boolean') return type;
  return 'other';
};

function typeOf(described: Described): CellType {
  if (described.format === 'utc-day') return 'day';
  if (described.format === 'utc-instant') return 'instant';
  if (described.type === 'array') return typeOf(described.items ?? {}) === 'text' ? 'texts' : 'numbers';
  return plain(described.type);
}

/** The engine's type for cells of this schema. */
export const cellType = (schema: z.ZodType): CellType => typeOf(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Described);
