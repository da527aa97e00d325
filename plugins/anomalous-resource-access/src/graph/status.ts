import { statuses, type Status } from '@byoml/core';
import type { AccessGraph } from './access-graph.ts';
import type { Pairs } from './pairs.ts';

const code = Object.fromEntries(statuses.map((status, i) => [status, i])) as Record<Status, number>;

const unknown = (user: boolean, resource: boolean): number => {
  if (user) return resource ? code['new-both'] : code['new-user'];
  return code['new-resource'];
};

/** The status of pair i, as an index into `statuses`. */
export function statusOf(graph: AccessGraph, { users, resources, edges }: Pairs, i: number): number {
  const [user, resource] = [users[i] as number, resources[i] as number];
  if (user < 0 || resource < 0) return unknown(user < 0, resource < 0);
  if ((edges[i] as number) >= 0) return code.known;
  return graph.connected(user, resource) ? code.scored : code.unconnected;
}

/** The status that pair i would have in the graph without it. */
export function erasedStatusOf(graph: AccessGraph, pairs: Pairs, i: number): number {
  const edge = pairs.edges[i] as number;
  if (edge < 0) return statusOf(graph, pairs, i);
  const lonelyUser = graph.accessesOf(pairs.users[i] as number) === 1;
  const lonelyResource = graph.usersOf(pairs.resources[i] as number) === 1;
  if (lonelyUser || lonelyResource) return unknown(lonelyUser, lonelyResource);
  return graph.isBridge(edge) ? code.unconnected : code.scored;
}
