import { z } from 'zod';
import { shown } from '../detection-file/literal-secrets.ts';
import { settingsInvalid, unknownSetting } from './settings.ts';

/** The part of JSON Schema that says how text becomes a value. */
interface Shape {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

/** Thrown and caught in this file: what was expected of a text that is no value of a shape. */
class Unfit extends Error {}

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Unfit('expected a number');
  return value;
};

const boolean = (text: string): boolean => {
  if (text !== 'true' && text !== 'false') throw new Unfit('expected true or false');
  return text === 'true';
};

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unfit('expected JSON');
  }
}

const list = (text: string, items: Shape): unknown => {
  if (text.startsWith('[')) return json(text);
  return text === '' ? [] : text.split(',').map((part) => valueOf(part.trim(), items));
};

const readers: Readonly<Record<string, (text: string, shape: Shape) => unknown>> = {
  number, integer: number, boolean,
  string: (text) => text,
  null: (text) => { if (text !== 'null') throw new Unfit('expected null'); return null; },
  array: (text, { items }) => list(text, items ?? {}),
  object: json,
};

function oneOf(text: string, values: readonly unknown[]): unknown {
  const found = values.find((value) => String(value) === text);
  if (found === undefined) throw new Unfit(`expected ${values.join(', ')}`);
  return found;
}

/** The value of the first alternative that the text fits; text is the last resort. */
function firstOf(text: string, shapes: readonly Shape[]): unknown {
  const reasons: string[] = [];
  for (const shape of shapes.toSorted((a, b) => Number(a.type === 'string') - Number(b.type === 'string'))) {
    try {
      return valueOf(text, shape);
    } catch (thrown) {
      if (!(thrown instanceof Unfit)) throw thrown;
      reasons.push(thrown.message);
    }
  }
  throw new Unfit([...new Set(reasons)].join(', or '));
}

function valueOf(text: string, shape: Shape): unknown {
  if (shape.const !== undefined) return oneOf(text, [shape.const]);
  if (shape.enum) return oneOf(text, shape.enum);
  const alternatives = shape.anyOf ?? shape.oneOf;
  if (alternatives) return firstOf(text, alternatives);
  if (typeof shape.type === 'object') return firstOf(text, shape.type.map((type) => ({ ...shape, type })));
  return (readers[shape.type ?? 'string'] ?? readers['string'])?.(text, shape);
}

const groups = (shape: Shape): readonly Shape[] => [shape, ...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].filter(({ properties, additionalProperties }) => properties || additionalProperties);
const namesOf = (shape: Shape): string[] => groups(shape).flatMap(({ properties }) => Object.keys(properties ?? {}));

function member(shape: Shape, name: string): Shape | undefined {
  for (const { properties = {}, additionalProperties } of groups(shape)) {
    if (Object.hasOwn(properties, name)) return properties[name];
    if (typeof additionalProperties === 'object' && name !== '__proto__') return additionalProperties;
  }
  return undefined;
}

/**
 * Settings from `name=value` texts, as `--set` gives them: `steps=3`, `tuned=true`, `hosts=a,b`, `walk.steps=3`. The schema says what
 * each text is. Throws SETTINGS_INVALID for an unknown name, a value of the wrong type and a name given twice.
 */
export function settingsFromText(schema: z.ZodObject, texts: readonly string[], address = 'settings'): Record<string, unknown> {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  const result: Record<string, unknown> = {};
  for (const text of texts) {
    const [, path, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (path === undefined || value === undefined) throw settingsInvalid(address, [{ path: '', reason: `expected name=value, received "${text}"` }]);
    put(result, { path, value, shape, address });
  }
  return result;
}

interface Assignment {
  readonly path: string;
  readonly value: string;
  readonly shape: Shape;
  readonly address: string;
}

function put(result: Record<string, unknown>, { path, value, shape, address }: Assignment): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = result;
  let below = shape;
  const enter = (name: string): Shape => {
    const inner = member(below, name);
    if (!inner) throw settingsInvalid(address, [unknownSetting(path, name, namesOf(below))]);
    return inner;
  };
  for (const name of names) {
    below = enter(name);
    const group = (at[name] ??= {});
    if (typeof group !== 'object') throw settingsInvalid(address, [{ path, reason: `"${name}" was given a value of its own` }]);
    at = group as Record<string, unknown>;
  }
  const inner = enter(last);
  if (Object.hasOwn(at, last)) throw settingsInvalid(address, [{ path, reason: 'given twice' }]);
  at[last] = attempt(value, inner, (expected) => settingsInvalid(address, [{ path, reason: `${expected}, received ${shown(value, last)}` }]));
}

function attempt(text: string, shape: Shape, refuse: (expected: string) => Error): unknown {
  try {
    return valueOf(text, shape);
  } catch (thrown) {
    throw thrown instanceof Unfit ? refuse(thrown.message) : thrown;
  }
}
