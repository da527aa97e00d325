import { statuses, type Status } from '@byoml/core';
import type { AccessGraph } from './access-graph.ts';

const code = Object.fromEntries(statuses.map((status, i) => [status, i])) as Record<Status, number>;

const unknown = (user: boolean, resource: boolean): number => {
  if (user) return resource ? code['new-both'] : code['new-user'];
  return code['new-resource'];
};

/** The status of a pair, as an index into `statuses`; an id of −1 is a name the graph does not hold. */
export function statusOf(graph: AccessGraph, user: number, resource: number): number {
  if (user < 0 || resource < 0) return unknown(user < 0, resource < 0);
  if (graph.edge(user, resource) >= 0) return code.known;
  return graph.connected(user, resource) ? code.scored : code.unconnected;
}

/** The status the pair would have in the graph without it. */
export function erasedStatusOf(graph: AccessGraph, user: number, resource: number): number {
  const edge = graph.edge(user, resource);
  if (edge < 0) return statusOf(graph, user, resource);
  const lonelyUser = graph.accessesOf(user) === 1;
  const lonelyResource = graph.usersOf(resource) === 1;
  if (lonelyUser || lonelyResource) return unknown(lonelyUser, lonelyResource);
  return graph.isBridge(edge) ? code.unconnected : code.scored;
}
