import type { Csr } from './csr.ts';

function root(parents: Int32Array, node: number): number {
  let top = node;
  while (parents[top] !== top) top = parents[top] as number;
  for (let n = node; n !== top; ) {
    const above = parents[n] as number;
    parents[n] = top;
    n = above;
  }
  return top;
}

/** The connected component of every user (first) and resource (after the users), by union–find; components are named by their smallest node. */
export function components({ starts, columns }: Csr, resources: number): Int32Array {
  const users = starts.length - 1;
  const parents = Int32Array.from({ length: users + resources }, (_, node) => node);
  for (let user = 0; user < users; user++) {
    for (let e = starts[user] as number; e < (starts[user + 1] as number); e++) {
      const a = root(parents, user);
      const b = root(parents, users + (columns[e] as number));
      if (a !== b) parents[Math.max(a, b)] = Math.min(a, b);
    }
  }
  return parents.map((_, node) => root(parents, node));
}
