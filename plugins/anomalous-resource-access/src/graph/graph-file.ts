import { z } from '@byoml/core';
import { AccessGraph, leastWeight } from './access-graph.ts';
import { modelInvalid, pack, Packed } from './binary.ts';
import { Names } from './names.ts';

const magic = 'BYOML-G1';
const count = z.int().min(0).max(0x7ffffffe);
const headerSchema = z.strictObject({ scope: z.string(), day: z.int().nullable(), edges: count, users: z.array(z.string()), resources: z.array(z.string()) });

/** A graph as bytes: the same graph, the same bytes. */
export const encodeGraph = (scope: string, graph: AccessGraph): Uint8Array =>
  pack(magic, { scope, day: graph.day, edges: graph.edges, users: graph.users.texts, resources: graph.resources.texts }, [graph.byUser.starts, graph.byUser.columns, graph.a]);

/** The graph in `bytes`, and the scope it is of; everything is checked, since files are untrusted: MODEL_INVALID says what is wrong. */
export function decodeGraph(file: string, bytes: Uint8Array): { readonly scope: string; readonly graph: AccessGraph } {
  const packed = new Packed(file, magic, bytes);
  const parsed = headerSchema.safeParse(packed.header);
  if (!parsed.success) throw modelInvalid(file, z.prettifyError(parsed.error));
  const { scope, day, edges, users, resources } = parsed.data;
  const starts = packed.ints(users.length + 1);
  const columns = packed.ints(edges);
  const values = packed.floats(edges);
  packed.end();
  const because = namesFault(users) ?? namesFault(resources) ?? rowsFault(starts, edges) ?? columnsFault(starts, columns, resources.length) ?? weightsFault(values);
  if (because !== undefined) throw modelInvalid(file, because);
  return { scope, graph: new AccessGraph(new Names(users), new Names(resources), { starts, columns, values }, day) };
}

function namesFault(names: readonly string[]): string | undefined {
  const at = names.findIndex((name, i) => i > 0 && !((names[i - 1] as string) < name));
  return at < 0 ? undefined : `name ${at} does not follow its predecessor in order`;
}

/** Every user has an access. */
function rowsFault(starts: Int32Array, edges: number): string | undefined {
  if (starts[0] !== 0 || starts.at(-1) !== edges) return 'its rows do not span its edges';
  const at = starts.findIndex((start, i) => i > 0 && start <= (starts[i - 1] as number));
  return at < 0 ? undefined : `row ${at - 1} is empty or ends before it starts`;
}

/** Resources ascend within a row, and every resource has an access. */
function columnsFault(starts: Int32Array, columns: Int32Array, resources: number): string | undefined {
  const used = new Uint8Array(resources);
  for (let row = 0; row + 1 < starts.length; row++) {
    let last = -1;
    for (const column of columns.subarray(starts[row], starts[row + 1])) {
      if (column <= last || column >= resources) return `row ${row} holds column ${column} out of order or range`;
      used[column] = 1;
      last = column;
    }
  }
  return used.includes(0) ? `resource ${used.indexOf(0)} has no access` : undefined;
}

function weightsFault(weights: Float64Array): string | undefined {
  const at = weights.findIndex((weight) => !(weight >= leastWeight && weight < Number.POSITIVE_INFINITY));
  return at < 0 ? undefined : `weight ${at} is ${weights[at]}`;
}
