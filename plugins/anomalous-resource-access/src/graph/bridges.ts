import { entryOf, type Csr } from './csr.ts';

/** Depth-first search with a stack of its own: `low` is the earliest node that a subtree reaches (Tarjan 1974). */
class Search {
  readonly #byUser: Csr;
  readonly #byResource: Csr;
  readonly #users: number;
  readonly #order: Int32Array;
  readonly #low: Int32Array;
  readonly #next: Int32Array;
  readonly #parent: Int32Array;
  readonly found: Uint8Array;
  #visited = 0;

  constructor(byUser: Csr, byResource: Csr) {
    this.#byUser = byUser;
    this.#byResource = byResource;
    this.#users = byUser.starts.length - 1;
    const nodes = this.#users + byResource.starts.length - 1;
    this.#order = new Int32Array(nodes);
    this.#low = new Int32Array(nodes);
    this.#next = new Int32Array(nodes);
    this.#parent = new Int32Array(nodes).fill(-1);
    this.found = new Uint8Array(byUser.columns.length);
  }

  from(start: number): void {
    if (this.#order[start] !== 0) return;
    this.#enter(start, -1);
    for (let node = start; node >= 0; ) node = this.#step(node);
  }

  #enter(node: number, parent: number): void {
    this.#order[node] = this.#low[node] = ++this.#visited;
    this.#parent[node] = parent;
  }

  /** Looks at one more neighbour; answers the node to go on with. */
  #step(node: number): number {
    const neighbour = this.#neighbour(node);
    if (neighbour < 0) return this.#leave(node);
    if (neighbour === this.#parent[node]) return node;
    if (this.#order[neighbour] !== 0) {
      this.#low[node] = Math.min(this.#low[node] as number, this.#order[neighbour] as number);
      return node;
    }
    this.#enter(neighbour, node);
    return neighbour;
  }

  #neighbour(node: number): number {
    const isUser = node < this.#users;
    const { starts, columns } = isUser ? this.#byUser : this.#byResource;
    const row = isUser ? node : node - this.#users;
    const at = (starts[row] as number) + (this.#next[node] as number);
    if (at >= (starts[row + 1] as number)) return -1;
    this.#next[node] = (this.#next[node] as number) + 1;
    return isUser ? this.#users + (columns[at] as number) : (columns[at] as number);
  }

  #leave(node: number): number {
    const parent = this.#parent[node] as number;
    if (parent < 0) return -1;
    this.#low[parent] = Math.min(this.#low[parent] as number, this.#low[node] as number);
    if ((this.#low[node] as number) > (this.#order[parent] as number)) {
      this.found[entryOf(this.#byUser, Math.min(node, parent), Math.max(node, parent) - this.#users)] = 1;
    }
    return parent;
  }
}

/** 1 for every edge of `byUser` whose removal separates its user from its resource. */
export function bridges(byUser: Csr, byResource: Csr): Uint8Array {
  const search = new Search(byUser, byResource);
  for (let user = 0; user + 1 < byUser.starts.length; user++) search.from(user);
  return search.found;
}
