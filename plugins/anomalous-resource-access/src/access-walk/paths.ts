import type { AccessGraph } from '../graph/access-graph.ts';

/** Calls back for every path u → j → v → r of the graph without the edge (u, r), with its term g_uj·g_vj·g_vr/(d_j·d_v). */
export function eachPath(graph: AccessGraph, user: number, resource: number, found: (peer: number, shared: number, term: number) => void): void {
  const { byUser, byResource, userDegrees, resourceDegrees } = graph;
  const own = new Map<number, number>();
  for (let e = byUser.starts[user] as number; e < (byUser.starts[user + 1] as number); e++) {
    const shared = byUser.columns[e] as number;
    if (shared !== resource) own.set(shared, (byUser.values[e] as number) / (resourceDegrees[shared] as number));
  }
  for (let e = byResource.starts[resource] as number; e < (byResource.starts[resource + 1] as number); e++) {
    const peer = byResource.columns[e] as number;
    if (peer === user) continue;
    const share = (byResource.values[e] as number) / (userDegrees[peer] as number);
    for (let f = byUser.starts[peer] as number; f < (byUser.starts[peer + 1] as number); f++) {
      const shared = byUser.columns[f] as number;
      const weight = own.get(shared);
      if (weight !== undefined) found(peer, shared, weight * (byUser.values[f] as number) * share);
    }
  }
}
