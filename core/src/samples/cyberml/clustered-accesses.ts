import { drawEdges, edgeKey, type Edge, type EdgeGroup } from './draw-edges.ts';
import { MersenneTwister } from './mersenne-twister.ts';

const departments = ['hr', 'fin', 'eng'] as const;
type Department = (typeof departments)[number];

/** How large the three departments are, and whether a resource of all (`ffa`) joins them. */
export interface Shape {
  readonly users: Readonly<Record<Department, number>>;
  readonly resources: Readonly<Record<Department, number>>;
  readonly shared: boolean;
}

export const defaultShape: Shape = { users: { hr: 7, fin: 5, eng: 10 }, resources: { hr: 30, fin: 25, eng: 50 }, shared: true };

const testRatio: Readonly<Record<Department, number>> = { hr: 0.025, fin: 0.05, eng: 0.035 };
const crossRatios = [['hr', 'fin', 0.025], ['hr', 'eng', 0.025], ['fin', 'hr', 0.05], ['fin', 'eng', 0.05], ['eng', 'fin', 0.035], ['eng', 'hr', 0.035]] as const;

const names = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}_${i}`);

/**
 * Departments whose people use their own resources: Microsoft's CyberML sample generator, draw for draw. Call `training`, `intra`
 * and `inter` in this order to get its files: all three draw from one generator seeded with 42.
 */
export class ClusteredAccesses {
  readonly #random = new MersenneTwister([42]);
  readonly #shape: Shape;
  readonly #trained = new Set<string>();

  constructor(shape: Shape = defaultShape) {
    this.#shape = shape;
  }

  /** What people use: `ratio` of the pairs within each department. */
  training(ratio: number): Edge[] {
    const edges = [...this.#sharedEdges(), ...departments.flatMap((name) => this.#draw(name, name, ratio, true))];
    for (const { user, resource } of edges) this.#trained.add(edgeKey(user, resource));
    return edges;
  }

  /** New pairs within the departments: nothing odd. */
  intra(): Edge[] {
    return [...this.#sharedEdges(), ...departments.flatMap((name) => this.#draw(name, name, testRatio[name], false))];
  }

  /** Pairs across departments: odd. */
  inter(): Edge[] {
    return [...this.#sharedEdges(), ...crossRatios.flatMap(([from, to, ratio]) => this.#draw(from, to, ratio, false))];
  }

  #sharedEdges(): Edge[] {
    if (!this.#shape.shared) return [];
    return departments.flatMap((name) => drawEdges({ users: this.#users(name), resources: ['ffa'], ratio: 1, coverage: true }, new Set(), this.#random));
  }

  #draw(from: Department, to: Department, ratio: number, coverage: boolean): Edge[] {
    const group: EdgeGroup = { users: this.#users(from), resources: names(this.#shape.resources[to], `${to}_res`), ratio, coverage };
    return drawEdges(group, this.#trained, this.#random);
  }

  #users(name: Department): string[] {
    return names(this.#shape.users[name], `${name}_user`);
  }
}
