import { open } from 'node:fs/promises';
import type { StagedFile } from './staged-file.ts';

/** The shape of a value as DuckDB's `json_structure` tells it. */
export type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };

export interface Sample {
  /** Keys of the records looked at, in order of appearance, and the shape of their values. */
  readonly keys: Readonly<Record<string, Shape>>;
  /** Whether these were all the records there are. */
  readonly whole: boolean;
}

const looked = 131_072;

/** The first records of the first file; lines that are no records are left for the engine to name. */
export async function sampleOf(files: readonly StagedFile[]): Promise<Sample> {
  const [first] = files;
  if (!first) return { keys: {}, whole: true };
  await using file = await open(first.path);
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(looked, first.bytes)), 0, Math.min(looked, first.bytes), 0);
  const whole = files.length === 1 && bytesRead === first.bytes;
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
  const records = (whole ? lines : lines.slice(0, -1)).filter((line) => line.trim() !== '').map(parsed);
  return { keys: merged(records.filter((record) => record !== undefined)), whole: whole && !records.includes(undefined) };
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(line: string): Fields | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null && !Array.isArray(record) ? (record as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function merged(records: readonly Fields[]): Record<string, Shape> {
  const keys = new Map<string, Shape>();
  for (const record of records) for (const [key, value] of Object.entries(record)) keys.set(key, joined(keys.get(key), shapeOf(value)));
  return Object.fromEntries(keys);
}

function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return [value.map(shapeOf).reduce(joined, 'NULL')];
  switch (typeof value) {
    case 'string': return 'VARCHAR';
    case 'number': return 'DOUBLE';
    case 'boolean': return 'BOOLEAN';
    default: return value === null ? 'NULL' : 'JSON';
  }
}

function joined(a: Shape | undefined, b: Shape): Shape {
  if (a === undefined || a === 'NULL') return b;
  if (b === 'NULL') return a;
  if (Array.isArray(a) && Array.isArray(b)) return [joined(a[0] as Shape, b[0] as Shape)];
  return a === b ? a : 'JSON';
}
