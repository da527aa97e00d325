import { isDeepStrictEqual } from 'node:util';
import { fieldsOf, type Fields } from '../package-json.ts';

/** What a newer JSON Schema does not accept although the older one did, each with its place. Hostile schemas are only walked, and not deeper than this. */
const deepest = 20;
const none: readonly string[] = [];
const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/** Whether every value of the older schema is still one of the newer, as far as properties, types and bounds tell. */
export function narrowings(before: Fields, after: Fields, path = '', depth = 0): readonly string[] {
  if (depth > deepest || isDeepStrictEqual(before, after)) return none;
  const types = lostTypes(before, after);
  if (types.length > 0) return [`${path || 'it'} no longer accepts ${types.join(' or ')}`];
  const values = lostValues(before, after);
  return [
    ...(values.length > 0 ? [`${path || 'it'} no longer accepts ${values.slice(0, 5).map((value) => JSON.stringify(value)).join(', ')}`] : none),
    ...bounds(before, after, path),
    ...properties(before, after, path, depth),
    ...items(before, after, path, depth),
  ];
}

/** Properties of the older schema that the newer lacks, has with another type, or no longer promises. */
export function losses(before: Fields, after: Fields): readonly string[] {
  const now = fieldsOf(after['properties']) ?? {};
  const promised = requiredOf(after);
  return Object.entries(fieldsOf(before['properties']) ?? {}).flatMap(([name, schema]) => {
    const next = Object.hasOwn(now, name) ? fieldsOf(now[name]) : undefined;
    if (!next) return [`"${name}" is gone`];
    const types = lostTypes(next, fieldsOf(schema) ?? {});
    if (types.length > 0) return [`"${name}" can be ${types.join(' or ')}, which it could not be before`];
    return requiredOf(before).has(name) && !promised.has(name) ? [`"${name}" may be absent`] : [];
  });
}

const requiredOf = (schema: Fields): ReadonlySet<unknown> => new Set(Array.isArray(schema['required']) ? schema['required'] : []);
const alternatives = (schema: Fields): readonly Fields[] => [schema['anyOf'], schema['oneOf']].flatMap((list) => (Array.isArray(list) ? list.map((item) => fieldsOf(item) ?? {}) : []));

/** The JSON types a schema accepts; undefined when it says nothing. */
function typesOf(schema: Fields): ReadonlySet<string> | undefined {
  const { type, enum: values } = schema;
  if (typeof type === 'string') return new Set([type]);
  if (Array.isArray(type)) return new Set(type.map(String));
  if ('const' in schema) return new Set([typeof schema['const']]);
  if (Array.isArray(values)) return new Set(values.map((value) => (value === null ? 'null' : typeof value)));
  const all = alternatives(schema).map(typesOf);
  return all.length === 0 || all.includes(undefined) ? undefined : new Set(all.flatMap((types) => [...(types ?? [])]));
}

/** Types of the older schema that the newer does not accept; every integer is a number. */
function lostTypes(before: Fields, after: Fields): readonly string[] {
  const accepted = typesOf(after);
  if (!accepted) return none;
  const had = typesOf(before);
  if (!had) return ['any type'];
  return [...had].filter((type) => !accepted.has(type) && !(type === 'integer' && accepted.has('number')));
}

const valuesOf = (schema: Fields): readonly unknown[] | undefined => ('const' in schema ? [schema['const']] : Array.isArray(schema['enum']) ? schema['enum'] : undefined);

function lostValues(before: Fields, after: Fields): readonly unknown[] {
  const accepted = valuesOf(after);
  if (!accepted) return [];
  return (valuesOf(before) ?? ['other values']).filter((value) => !accepted.some((other) => isDeepStrictEqual(value, other)));
}

function bounds(before: Fields, after: Fields, path: string): readonly string[] {
  const tighter = (name: string, sign: number): boolean => typeof after[name] === 'number' && !(typeof before[name] === 'number' && sign * before[name] <= sign * after[name]);
  const named = [...lower.filter((name) => tighter(name, -1)), ...upper.filter((name) => tighter(name, 1))];
  const pattern = after['pattern'] !== undefined && after['pattern'] !== before['pattern'] ? ['pattern'] : [];
  const format = after['format'] !== undefined && after['format'] !== before['format'] ? ['format'] : [];
  return [...named, ...pattern, ...format].map((name) => `${path || 'it'} has a stricter ${name}`);
}

function properties(before: Fields, after: Fields, path: string, depth: number): readonly string[] {
  const now = fieldsOf(after['properties']) ?? {};
  const had = fieldsOf(before['properties']) ?? {};
  const closed = after['additionalProperties'] === false;
  const asked = [...requiredOf(after)].filter((name) => !requiredOf(before).has(name) && !('default' in (fieldsOf(now[String(name)]) ?? {})));
  return [
    ...(closed && 'properties' in before && before['additionalProperties'] !== false ? [`${path || 'it'} no longer accepts other properties`] : none),
    ...asked.map((name) => `${join(path, String(name))} became required`),
    ...Object.entries(had).flatMap(([name, schema]) => {
      const next = Object.hasOwn(now, name) ? fieldsOf(now[name]) : undefined;
      if (!next) return closed || !('properties' in after) || depth === 0 ? [`${join(path, name)} is gone`] : none;
      return narrowings(fieldsOf(schema) ?? {}, next, join(path, name), depth + 1);
    }),
  ];
}

function items(before: Fields, after: Fields, path: string, depth: number): readonly string[] {
  const next = fieldsOf(after['items']);
  return next ? narrowings(fieldsOf(before['items']) ?? {}, next, `${path}[]`, depth + 1) : none;
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
