import { z } from 'zod';
import { ocsfObjects, ocsfTypes, type OcsfAttribute, type OcsfObject } from './ocsf-schema.ts';

function scalar(type: string): z.ZodType {
  if (type === 'ip_t') return z.union([z.ipv4(), z.ipv6()]);
  const base = ocsfTypes[type];
  if (base === 'integer_t') return z.int32();
  if (base === 'long_t') return z.int();
  if (base === 'boolean_t') return z.boolean();
  return base === 'string_t' ? z.string() : z.json();
}

function valueShape({ type, object, values }: OcsfAttribute): z.ZodType {
  if (object !== undefined) return objectShape(object);
  if (type === 'object_t') return z.record(z.string(), z.json());
  return values ? z.literal(Object.keys(values).map(Number)) : scalar(type);
}

function objectShape(name: string): z.ZodType {
  const { attributes, atLeastOne } = ocsfObjects[name] as OcsfObject;
  const shape = Object.entries(attributes).map(([key, attribute]) => {
    const value = attribute.array ? z.array(valueShape(attribute)) : valueShape(attribute);
    return [key, attribute.required ? value : value.exactOptional()];
  });
  const object = z.strictObject(Object.fromEntries(shape));
  return atLeastOne ? object.refine((given) => atLeastOne.some((key) => given[key] !== undefined), `at least one of ${atLeastOne.join(', ')}`) : object;
}

/** A Detection Finding: the attributes that we write, each of its type and its values. */
export const ocsfSchema = objectShape('detection_finding');

/** What the schema calls a value of an attribute. */
export function captionOf(object: string, attribute: string, value: number): string {
  return ocsfObjects[object]?.attributes[attribute]?.values?.[value] as string;
}
