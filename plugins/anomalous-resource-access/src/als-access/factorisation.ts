import { statuses, type Status } from '@byoml/core';
import { components } from '../graph/components.ts';
import { entryOf, rowsOf, type Csr } from '../graph/csr.ts';
import type { Factors } from './factorise.ts';
import { standardScale, type StandardScale } from './scales.ts';
import type { Group, TrainingMatrix } from './training-matrix.ts';

const code = Object.fromEntries(statuses.map((status, i) => [status, i])) as Record<Status, number>;

/** What scoring knows of one scope. */
export interface FittedGroup extends Group {
  /** Of x·y over the scope's accesses. */
  readonly scale: StandardScale;
  /** μ/σ: x·y is never negative, so no finite original score is higher. */
  readonly ceiling: number;
  /** Users with accesses. */
  readonly trainedUsers: number;
}

/** The row or column of a scope's id; −1 stays −1, a name the scope does not hold. */
export const placed = (id: number, first: number): number => (id < 0 ? -1 : first + id);

/** A factorised training matrix, ready to score. Ids are rows and columns of the matrix; −1 is a name it does not hold. */
export class Factorisation {
  readonly matrix: TrainingMatrix;
  readonly factors: Factors;
  readonly groups: readonly FittedGroup[];
  readonly #accessesOf: Int32Array;
  readonly #usersOf: Int32Array;
  readonly #components: Int32Array;

  constructor(matrix: TrainingMatrix, factors: Factors) {
    this.matrix = matrix;
    this.factors = factors;
    const rows = rowsOf(matrix.cells);
    this.#accessesOf = new Int32Array(matrix.cells.starts.length - 1);
    this.#usersOf = new Int32Array(factors.resources.length / factors.rank);
    matrix.observed.forEach((seen, cell) => {
      const [user, resource] = [rows[cell] as number, matrix.cells.columns[cell] as number];
      this.#accessesOf[user] = (this.#accessesOf[user] as number) + seen;
      this.#usersOf[resource] = (this.#usersOf[resource] as number) + seen;
    });
    this.#components = components(joinedEdges(matrix, rows), this.#usersOf.length);
    this.groups = matrix.groups.map((group) => this.#fitted(group, rows));
  }

  #fitted(group: Group, rows: Int32Array): FittedGroup {
    const { starts, columns } = this.matrix.cells;
    const dots: number[] = [];
    for (let cell = starts[group.firstUser] as number; cell < (starts[group.firstUser + group.users.size] as number); cell++) {
      if (this.matrix.observed[cell] === 1) dots.push(this.dot(rows[cell] as number, columns[cell] as number));
    }
    const scale = standardScale(Float64Array.from(dots));
    const trainedUsers = this.#accessesOf.subarray(group.firstUser, group.firstUser + group.users.size).filter((accesses) => accesses > 0).length;
    return { ...group, scale, ceiling: scale.mean / scale.deviation, trainedUsers };
  }

  /** x_u·y_r. */
  dot(user: number, resource: number): number {
    const { rank, users, resources } = this.factors;
    let sum = 0;
    for (let p = 0; p < rank; p++) sum += (users[user * rank + p] as number) * (resources[resource * rank + p] as number);
    return sum;
  }

  /** How many resources a user uses in the training data. */
  accessesOf(user: number): number {
    return user < 0 ? 0 : (this.#accessesOf[user] as number);
  }

  /** How many users of the training data use a resource. */
  usersOf(resource: number): number {
    return resource < 0 ? 0 : (this.#usersOf[resource] as number);
  }

  /** Whether the pair was named as known from before. */
  inHistory(user: number, resource: number): boolean {
    return user >= 0 && resource >= 0 && entryOf(this.matrix.history, user, resource) >= 0;
  }

  /** How many parts without a path between them the accesses form. */
  clusters(): number {
    const trained = this.#components.filter((_, node) => (node < this.#accessesOf.length ? this.#accessesOf[node] : this.#usersOf[node - this.#accessesOf.length]) !== 0);
    return new Set(trained).size;
  }

  /** An index into `statuses`. A name that only the history holds has no factors and so is new. */
  statusOf(user: number, resource: number): number {
    if (this.inHistory(user, resource)) return code.known;
    const newUser = this.accessesOf(user) === 0;
    const newResource = this.usersOf(resource) === 0;
    if (newUser) return newResource ? code['new-both'] : code['new-user'];
    if (newResource) return code['new-resource'];
    const cell = entryOf(this.matrix.cells, user, resource);
    if (cell >= 0 && this.matrix.observed[cell] === 1) return code.known;
    return this.#components[user] === this.#components[this.#accessesOf.length + resource] ? code.scored : code.unconnected;
  }
}

/** Accesses and history together: a history must add paths, never take any away. */
function joinedEdges({ cells, observed, history }: TrainingMatrix, rows: Int32Array): Csr {
  const starts = [0];
  const columns: number[] = [];
  let cell = 0;
  for (let user = 0; user + 1 < cells.starts.length; user++) {
    for (; cell < rows.length && rows[cell] === user; cell++) if (observed[cell] === 1) columns.push(cells.columns[cell] as number);
    columns.push(...history.columns.subarray(history.starts[user], history.starts[user + 1]));
    starts.push(columns.length);
  }
  return { starts: Int32Array.from(starts), columns: Int32Array.from(columns), values: new Float64Array(columns.length) };
}
