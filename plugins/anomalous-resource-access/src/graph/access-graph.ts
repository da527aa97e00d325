import { bridges } from './bridges.ts';
import { components } from './components.ts';
import { entryOf, rowSums, transposed, type Csr } from './csr.ts';
import { Names } from './names.ts';

/** Accesses below this weight (100 half-lives old) are forgotten; it keeps every quotient of weights finite. */
export const leastWeight = 1e-30;

/** Who uses what in one scope. Weights g = ln(1 + a); an edge exists where a ≥ `leastWeight`. */
export class AccessGraph {
  readonly users: Names;
  readonly resources: Names;
  /** The day the weights are of; null when no access has a day. */
  readonly day: number | null;
  /** a_ur, in the order of `byUser`. */
  readonly a: Float64Array;
  /** g by user; columns are resources. */
  readonly byUser: Csr;
  /** g by resource; columns are users. */
  readonly byResource: Csr;
  /** d_u = Σ_r g_ur. */
  readonly userDegrees: Float64Array;
  /** d_r = Σ_u g_ur. */
  readonly resourceDegrees: Float64Array;
  /** D = Σ g. */
  readonly total: number;
  #components: Int32Array | undefined;
  #bridges: Uint8Array | undefined;

  /** `weights` holds a by user, resources ascending, every a ≥ `leastWeight`. */
  constructor(users: Names, resources: Names, weights: Csr, day: number | null) {
    this.users = users;
    this.resources = resources;
    this.day = day;
    this.a = weights.values;
    this.byUser = { ...weights, values: weights.values.map((a) => Math.log1p(a)) };
    this.byResource = transposed(this.byUser, resources.size);
    this.userDegrees = rowSums(this.byUser);
    this.resourceDegrees = rowSums(this.byResource);
    this.total = this.resourceDegrees.reduce((sum, degree) => sum + degree, 0);
  }

  get edges(): number {
    return this.a.length;
  }
  /** How many resources a user uses. */
  accessesOf(user: number): number {
    return (this.byUser.starts[user + 1] as number) - (this.byUser.starts[user] as number);
  }
  /** How many users use a resource. */
  usersOf(resource: number): number {
    return (this.byResource.starts[resource + 1] as number) - (this.byResource.starts[resource] as number);
  }
  /** Where the pair is in `byUser`; −1 when it is no edge or an id is −1. */
  edge(user: number, resource: number): number {
    return user < 0 || resource < 0 ? -1 : entryOf(this.byUser, user, resource);
  }
  connected(user: number, resource: number): boolean {
    const component = (this.#components ??= components(this.byUser, this.resources.size));
    return component[user] === component[this.users.size + resource];
  }
  /** Whether nothing else connects the two ends of this edge. */
  isBridge(edge: number): boolean {
    return (this.#bridges ??= bridges(this.byUser, this.byResource))[edge] === 1;
  }
}

/** The graph of a scope without accesses. */
export const emptyGraph: AccessGraph = new AccessGraph(new Names([]), new Names([]), { starts: new Int32Array(1), columns: new Int32Array(0), values: new Float64Array(0) }, null);
