import { keyedHash } from '@byoml/core/random';
import type { AccessGraph } from '../graph/access-graph.ts';
import { grouped } from '../graph/csr.ts';
import { bipartite, type AggregateGraph } from './aggregate-graph.ts';
import { Mover } from './mover.ts';

const mostVisits = 10;
const mostLevels = 8;

/** Nodes (users, then resources) in a seeded order that follows their names, so that the order of the rows has no say. */
function visitingOrder({ users, resources }: AccessGraph, seed: number): Int32Array {
  const nodes = users.size + resources.size;
  const bits = Math.ceil(Math.log2(nodes + 1));
  const dropped = Math.max(0, bits - 21); // hash and node share the 53 bits of a float
  const keys = new Float64Array(nodes);
  const put = (node: number, hash: number): void => void (keys[node] = (hash >>> dropped) * 2 ** bits + node);
  users.texts.forEach((text, user) => put(user, keyedHash(seed, 'user', text)));
  resources.texts.forEach((text, resource) => put(users.size + resource, keyedHash(seed, 'resource', text)));
  return Int32Array.from(keys.sort(), (key) => key % 2 ** bits);
}

/**
 * Moves one node at a time to the neighbouring community that gains most; a node is looked at again when a neighbour moved
 * (Traag et al. 2019), at most `mostVisits` times the number of nodes. Answers whether any moved.
 */
function moveNodes(graph: AggregateGraph, labels: Int32Array, order: Int32Array): boolean {
  const mover = new Mover(graph, labels);
  const { starts, columns } = graph.edges;
  const queue = order.slice();
  const queued = new Uint8Array(graph.size).fill(1);
  let waiting = order.length;
  let moved = false;
  for (let visit = 0; waiting > 0 && visit < mostVisits * order.length; visit++) {
    const node = queue[visit % order.length] as number;
    queued[node] = 0;
    waiting--;
    if (!mover.move(node)) continue;
    moved = true;
    for (let e = starts[node] as number; e < (starts[node + 1] as number); e++) {
      const neighbour = columns[e] as number;
      if (queued[neighbour] === 1 || labels[neighbour] === labels[node]) continue;
      queued[neighbour] = 1;
      queue[(visit + 1 + waiting++) % order.length] = neighbour;
    }
  }
  return moved;
}

/** Labels renumbered 0, 1, … in order of first appearance. */
function compact(labels: Int32Array): { labels: Int32Array; count: number } {
  const numbers = new Map<number, number>();
  for (const label of labels) if (!numbers.has(label)) numbers.set(label, numbers.size);
  return { labels: labels.map((label) => numbers.get(label) as number), count: numbers.size };
}

/**
 * The community of every user, numbered in the order of their first users: those that maximise bipartite modularity
 * Σ (g_ur − d_u·d_r/D) within communities (Barber 2007), found by moving nodes and merging communities in turn (Blondel et al. 2008).
 */
export function communities(graph: AccessGraph, seed: number): Int32Array {
  let level = bipartite(graph);
  let order = visitingOrder(graph, seed);
  let nodes = Int32Array.from({ length: level.size }, (_, node) => node);
  for (let depth = 0; depth < mostLevels; depth++) {
    const own = Int32Array.from({ length: level.size }, (_, node) => node);
    if (!moveNodes(level, own, order)) break;
    const { labels, count } = compact(own);
    nodes = nodes.map((node) => labels[node] as number);
    level = level.merged(grouped(labels, count));
    order = Int32Array.from({ length: count }, (_, node) => node);
  }
  return compact(nodes.subarray(0, graph.users.size)).labels;
}
