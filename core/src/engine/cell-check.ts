import { z } from 'zod';

interface CellSchema {
  readonly type?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** Checks whole columns against the JSON Schema of one cell; empty cells (−1, NaN) always fit here. */
export interface CellCheck {
  /** What a cell must be, for messages: `number of at least 0`. */
  readonly expected: string;
  /** The index of the first number that does not fit, or −1. */
  firstBadNumber(cells: ArrayLike<number>): number;
  /** Whether a text fits; called once per dictionary entry. */
  fits(text: string): boolean;
}

export function cellCheck(schema: z.ZodType): CellCheck {
  const cell = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as CellSchema;
  const fits = textCheck(cell);
  return { expected: expectation(cell), firstBadNumber: numberCheck(cell), fits };
}

function numberCheck(cell: CellSchema): CellCheck['firstBadNumber'] {
  const least = cell.minimum ?? Number.NEGATIVE_INFINITY;
  const most = cell.maximum ?? Number.POSITIVE_INFINITY;
  const above = cell.exclusiveMinimum ?? Number.NEGATIVE_INFINITY;
  const below = cell.exclusiveMaximum ?? Number.POSITIVE_INFINITY;
  const step = cell.multipleOf ?? (cell.type === 'integer' ? 1 : undefined);
  const outside = (value: number): boolean => value < least || value > most || value <= above || value >= below;
  return (cells) => {
    for (let i = 0; i < cells.length; i++) {
      const value = cells[i] as number;
      if (outside(value) || (step !== undefined && !isMultiple(value, step))) return i;
    }
    return -1;
  };
}

/** Up to rounding: .3 is three steps of .1. */
function isMultiple(value: number, step: number): boolean {
  const steps = value / step;
  return Number.isNaN(steps) || Math.abs(steps - Math.round(steps)) <= Math.abs(steps) * Number.EPSILON * 2;
}

function textCheck({ minLength = 0, maxLength = Infinity, pattern, enum: allowed, const: only }: CellSchema): CellCheck['fits'] {
  const expression = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  return (text) => text.length >= minLength && text.length <= maxLength && (expression?.test(text) ?? true) && (allowed?.includes(text) ?? true) && (only === undefined || only === text);
}

function expectation(cell: CellSchema): string {
  if (cell.enum) return `one of ${cell.enum.map((one) => JSON.stringify(one)).join(', ')}`;
  if (cell.const !== undefined) return JSON.stringify(cell.const);
  return [typeName(cell.type), ...bounds(cell)].join(' ');
}

function typeName(type: unknown): string {
  if (type === 'string') return 'text';
  return typeof type === 'string' ? type : 'a value';
}

function* bounds(cell: CellSchema): Iterable<string> {
  if (cell.minimum !== undefined && cell.minimum > Number.MIN_SAFE_INTEGER) yield `of at least ${cell.minimum}`;
  if (cell.exclusiveMinimum !== undefined) yield `above ${cell.exclusiveMinimum}`;
  if (cell.maximum !== undefined && cell.maximum < Number.MAX_SAFE_INTEGER) yield `of at most ${cell.maximum}`;
  if (cell.exclusiveMaximum !== undefined) yield `below ${cell.exclusiveMaximum}`;
  if (cell.multipleOf !== undefined) yield `in steps of ${cell.multipleOf}`;
  if (cell.minLength !== undefined) yield `of at least ${cell.minLength} character${cell.minLength === 1 ? '' : 's'}`;
  if (cell.maxLength !== undefined) yield `of at most ${cell.maxLength} characters`;
  if (cell.pattern !== undefined) yield `matching ${cell.pattern}`;
}
