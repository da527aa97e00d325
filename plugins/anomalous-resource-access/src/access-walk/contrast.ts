import type { AccessGraph } from '../graph/access-graph.ts';

/** Resources that a larger part of all users uses say nothing about anyone, so they are never a reason. */
const commonShare = 0.2;

export const isCommon = (graph: AccessGraph, resource: number): boolean => graph.usersOf(resource) > commonShare * graph.users.size;

/** How many of a resource's other users touch other, uncommon resources of the user. */
interface Overlap {
  readonly resource: number;
  readonly touching: number;
  readonly users: number;
}

export interface Contrast {
  readonly here: Overlap;
  /** The median of the user's usual accesses; undefined when no usual access has another user. */
  readonly usual: Overlap | undefined;
}

const columnsOf = ({ starts, columns }: AccessGraph['byUser'], row: number): Int32Array => columns.subarray(starts[row], starts[row + 1]);

/** What the user's peers at a resource have in common with the user, against the same for the accesses the user already has. */
export function contrast(graph: AccessGraph, user: number, resource: number): Contrast {
  const usual = columnsOf(graph.byUser, user).filter((other) => other !== resource);
  const uncommon = usual.filter((other) => !isCommon(graph, other));
  const shared = new Map<number, number>();
  for (const other of uncommon) for (const peer of columnsOf(graph.byResource, other)) shared.set(peer, (shared.get(peer) ?? 0) + 1);
  const overlap = (at: number, own: number): Overlap => {
    const peers = columnsOf(graph.byResource, at).filter((peer) => peer !== user);
    return { resource: at, touching: peers.filter((peer) => (shared.get(peer) ?? 0) > own).length, users: peers.length };
  };
  const overlaps = Array.from(uncommon.length > 0 ? uncommon : usual, (other) => overlap(other, uncommon.length > 0 ? 1 : 0)).filter(({ users }) => users > 0);
  overlaps.sort((a, b) => a.touching / a.users - b.touching / b.users || a.resource - b.resource);
  return { here: overlap(resource, 0), usual: overlaps[Math.floor(overlaps.length / 2)] };
}
