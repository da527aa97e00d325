import { z } from 'zod';
import { ecsFields, type EcsField } from './ecs-schema.ts';

const scalars: Readonly<Record<EcsField['type'], z.ZodType>> = {
  date: z.iso.datetime(), keyword: z.string(), match_only_text: z.string(), float: z.number(), long: z.int(), ip: z.union([z.ipv4(), z.ipv6()]),
};

function fieldShape({ type, array, required, allowed }: EcsField): z.ZodType {
  const one = allowed ? z.enum(Object.keys(allowed)) : scalars[type];
  const value = array ? z.array(one) : one;
  return required ? value : value.exactOptional();
}

/** A field, or the objects below a dot; the object as a whole may be missing unless one of its fields is required. */
function shapeOf(fields: ReadonlyArray<readonly [string, EcsField]>): z.ZodObject {
  const groups = Map.groupBy(fields, ([name]) => name.split('.')[0] as string);
  const shape = [...groups].map(([head, members]) => {
    const [first] = members;
    if (members.length === 1 && first?.[0] === head) return [head, fieldShape(first[1])];
    const inner = shapeOf(members.map(([name, field]) => [name.slice(head.length + 1), field] as const));
    return [head, members.some(([, { required }]) => required) ? inner : inner.exactOptional()];
  });
  return z.strictObject(Object.fromEntries(shape));
}

interface Classified {
  readonly event?: { readonly category?: readonly string[]; readonly type?: readonly string[] };
}

const categories = ecsFields['event.category']?.allowed ?? {};

/** A record: the fields that we write, each of its type, and our own under `byoml`, a name that the schema leaves to users. */
export const ecsSchema = shapeOf(Object.entries(ecsFields))
  .extend({ byoml: z.record(z.string(), z.json()) })
  .refine(
    ({ event }: Classified) => (event?.type ?? []).every((type) => (event?.category ?? []).some((category) => categories[category]?.includes(type))),
    { path: ['event', 'type'], error: 'a type that no category of the event expects' },
  );
