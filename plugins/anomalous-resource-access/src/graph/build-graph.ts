import { AccessGraph, leastWeight } from './access-graph.ts';
import { grouped } from './csr.ts';
import { Names } from './names.ts';

/** Pairs by code, with the texts that the codes stand for. */
export interface CodedPairs {
  readonly users: Int32Array;
  readonly resources: Int32Array;
  readonly weights: Float64Array;
  readonly userTexts: readonly string[];
  readonly resourceTexts: readonly string[];
}

/** The names behind these codes, sorted by UTF-16 units, and each entry's id among them. */
function ranked(codes: Int32Array, texts: readonly string[]): { readonly names: Names; readonly ids: Int32Array } {
  const seen = new Uint8Array(texts.length);
  const used: number[] = [];
  for (const code of codes) {
    if (seen[code] === 1) continue;
    seen[code] = 1;
    used.push(code);
  }
  const names = used.map((code) => texts[code] as string).sort();
  const place = new Map(names.map((text, id) => [text, id]));
  const idOf = new Int32Array(texts.length);
  for (const code of used) idOf[code] = place.get(texts[code] as string) as number;
  return { names: new Names(names, place), ids: codes.map((code) => idOf[code] as number) };
}

/** The cells at these entries. */
function picked<A extends Int32Array | Float64Array>(cells: A, entries: Int32Array, into: A): A {
  for (let i = 0; i < entries.length; i++) into[i] = cells[entries[i] as number] as number;
  return into;
}

const pickedInts = (cells: Int32Array, entries: Int32Array): Int32Array => picked(cells, entries, new Int32Array(entries.length));

function kept(weights: Float64Array): Int32Array {
  const entries = new Int32Array(weights.length);
  let count = 0;
  for (let i = 0; i < weights.length; i++) if ((weights[i] as number) >= leastWeight) entries[count++] = i;
  return entries.subarray(0, count);
}

/** The graph of these pairs; ids follow the names, so the order of the pairs does not matter. */
export function graphOf(pairs: CodedPairs, day: number | null): AccessGraph {
  const entries = kept(pairs.weights);
  const users = ranked(pickedInts(pairs.users, entries), pairs.userTexts);
  const resources = ranked(pickedInts(pairs.resources, entries), pairs.resourceTexts);
  const { order: byResource } = grouped(resources.ids, resources.names.size);
  const { starts, order } = grouped(pickedInts(users.ids, byResource), users.names.size);
  const sorted = pickedInts(byResource, order);
  const values = picked(picked(pairs.weights, entries, new Float64Array(entries.length)), sorted, new Float64Array(entries.length));
  const bounded = values.map((a) => Math.min(a, Number.MAX_VALUE));
  return new AccessGraph(users.names, resources.names, { starts, columns: pickedInts(resources.ids, sorted), values: bounded }, day);
}
