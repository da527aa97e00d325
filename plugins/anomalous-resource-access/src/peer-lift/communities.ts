import { keyedHash } from '@byoml/core/random';
import type { AccessGraph } from '../graph/access-graph.ts';
import { grouped } from '../graph/csr.ts';
import { bipartite, type AggregateGraph } from './aggregate-graph.ts';

const mostPasses = 10;
const mostLevels = 8;

/** Nodes (users, then resources) in a seeded order that follows their names, so that the order of the rows has no say. */
function visitingOrder({ users, resources }: AccessGraph, seed: number): Int32Array {
  const keys = Float64Array.from({ length: users.size + resources.size }, (_, node) => {
    const hash = node < users.size ? keyedHash(seed, 'user', users.texts[node] as string) : keyedHash(seed, 'resource', resources.texts[node - users.size] as string);
    return (hash >>> 1) * 0x400000 + (node & 0x3fffff);
  });
  return Int32Array.from(Array.from(keys, (key, node) => ({ key, node })).sort((a, b) => a.key - b.key || a.node - b.node), ({ node }) => node);
}

/** Moves one node at a time to the neighbouring community that gains most, until none gains. Answers whether any moved. */
function moveNodes(graph: AggregateGraph, labels: Int32Array, order: Int32Array): boolean {
  const mover = graph.mover(labels);
  let moved = false;
  for (let pass = 0; pass < mostPasses; pass++) {
    let moves = 0;
    for (const node of order) if (mover.move(node)) moves++;
    if (moves === 0) break;
    moved = true;
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
