import type { AccessGraph } from '../graph/access-graph.ts';
import type { Names } from '../graph/names.ts';

export interface Grouping {
  /** `manager`, `team`, `department`, `title`, or `community`. */
  readonly name: string;
  readonly groups: Names;
  /** The group of every user; −1 for none. */
  readonly members: Int32Array;
  /** The last day a row said so; `undated` for none. */
  readonly days: Int32Array;
}

/** One rung of the ladder: how the users of a graph divide into groups, and how many of each group use each resource. */
export class Level implements Grouping {
  readonly name: string;
  readonly groups: Names;
  readonly members: Int32Array;
  readonly days: Int32Array;
  /** n_G. */
  readonly sizes: Int32Array;
  /** By resource: groups (ascending) that use it, and n_Gr beside them. */
  readonly #starts: Int32Array;
  readonly #groups: Int32Array;
  readonly #users: Int32Array;

  constructor(graph: AccessGraph, { name, groups, members, days }: Grouping) {
    this.name = name;
    this.groups = groups;
    this.members = members;
    this.days = days;
    this.sizes = new Int32Array(groups.size);
    for (const group of members) if (group >= 0) this.sizes[group]!++;
    const { starts, columns } = graph.byResource;
    this.#starts = new Int32Array(starts.length);
    this.#groups = new Int32Array(columns.length);
    this.#users = new Int32Array(columns.length);
    let length = 0;
    for (let resource = 0; resource + 1 < starts.length; resource++) {
      const found = columns.slice(starts[resource], starts[resource + 1]).map((user) => members[user] as number).sort();
      for (const group of found) length = this.#count(this.#starts[resource] as number, length, group);
      this.#starts[resource + 1] = length;
    }
  }

  /** n_Gr. */
  usersOf(group: number, resource: number): number {
    if (resource < 0) return 0;
    let low = this.#starts[resource] as number;
    let high = (this.#starts[resource + 1] as number) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#groups[middle] as number;
      if (found === group) return this.#users[middle] as number;
      if (found < group) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  #count(start: number, length: number, group: number): number {
    if (group < 0) return length;
    if (length > start && this.#groups[length - 1] === group) {
      this.#users[length - 1]!++;
      return length;
    }
    this.#groups[length] = group;
    this.#users[length] = 1;
    return length + 1;
  }
}
