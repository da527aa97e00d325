import type { AccessGraph } from '../graph/access-graph.ts';

/** Cells of a hub table: 128 MiB of floats. */
const mostCells = 2 ** 24;

/**
 * Paths between every resource and the most used ones, in one cell each: `cells[r·width + k]` = Σ_{v ∈ N(r) ∩ N(H_k)} g_vr·g_vHk/d_v.
 * Hubs carry most of a walk's paths, so a pair reads them instead of enumerating their users (detection.md, access-walk).
 */
export interface HubTable {
  readonly width: number;
  /** Resource → its place among the hubs; −1 for others. */
  readonly places: Int32Array;
  readonly cells: Float64Array;
}

function largest(graph: AccessGraph, most: number): number[] {
  const resources = graph.resources.size;
  const width = Math.min(most, resources, Math.floor(mostCells / Math.max(1, resources)));
  const bySize = Array.from({ length: resources }, (_, resource) => resource);
  bySize.sort((a, b) => graph.usersOf(b) - graph.usersOf(a) || a - b);
  return bySize.slice(0, width);
}

export function hubTable(graph: AccessGraph, most: number): HubTable {
  const hubs = largest(graph, most);
  const width = hubs.length;
  const places = new Int32Array(graph.resources.size).fill(-1);
  hubs.forEach((resource, place) => (places[resource] = place));
  const cells = new Float64Array(graph.resources.size * width);
  const own = new Int32Array(width);
  const shares = new Float64Array(width);
  const { starts, columns, values } = graph.byUser;
  for (let user = 0; user < graph.users.size; user++) {
    const [start, end] = [starts[user] as number, starts[user + 1] as number];
    let held = 0;
    for (let e = start; e < end; e++) {
      const place = places[columns[e] as number] as number;
      if (place < 0) continue;
      own[held] = place;
      shares[held++] = (values[e] as number) / (graph.userDegrees[user] as number);
    }
    for (let e = start; e < end; e++) {
      const row = (columns[e] as number) * width;
      const g = values[e] as number;
      for (let i = 0; i < held; i++) cells[row + (own[i] as number)]! += g * (shares[i] as number);
    }
  }
  return { width, places, cells };
}
