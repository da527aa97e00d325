import { ByomlError } from '../../contracts/errors.ts';
import type { MersenneTwister } from './mersenne-twister.ts';

export interface Edge {
  readonly user: string;
  readonly resource: string;
  readonly count: number;
}

/** Who may access what, and how many of the pairs to draw. */
export interface EdgeGroup {
  readonly users: readonly string[];
  readonly resources: readonly string[];
  /** Share of all pairs to draw at least. */
  readonly ratio: number;
  /** Whether every user must appear. Every resource must in any case, as in the original. */
  readonly coverage: boolean;
}

export const edgeKey = (user: string, resource: string): string => `${user}\n${resource}`;

/** Distinct pairs outside `excluded`, in the original's order of draws. Throws SAMPLE_IMPOSSIBLE where the original would loop for ever. */
export function drawEdges(group: EdgeGroup, excluded: ReadonlySet<string>, random: MersenneTwister): Edge[] {
  requireEnough(group, excluded);
  const pending = new Pending(group);
  const next = group.ratio >= 0.5 ? fromList(group, random) : fromRectangle(group, random);
  const edges: Edge[] = [];
  const seen = new Set<string>();
  while (pending.wantsMore(edges.length)) {
    const [user, resource] = next();
    const key = edgeKey(user, resource);
    if (seen.has(key) || excluded.has(key)) continue;
    seen.add(key);
    pending.remove(user, resource);
    edges.push({ user, resource, count: random.integer(500, 1000) });
  }
  return edges;
}

class Pending {
  readonly #users: Set<string>;
  readonly #resources: Set<string>;
  readonly #wanted: number;

  constructor({ users, resources, ratio, coverage }: EdgeGroup) {
    this.#users = new Set(coverage ? users : []);
    this.#resources = new Set(resources);
    this.#wanted = users.length * resources.length * ratio;
  }

  wantsMore(drawn: number): boolean {
    return drawn < this.#wanted || this.#users.size > 0 || this.#resources.size > 0;
  }

  remove(user: string, resource: string): void {
    this.#users.delete(user);
    this.#resources.delete(resource);
  }
}

type Draw = () => readonly [user: string, resource: string];

function fromList({ users, resources }: EdgeGroup, random: MersenneTwister): Draw {
  const list = users.flatMap((user) => resources.map((resource) => [user, resource] as const));
  return () => {
    const index = random.integer(0, list.length - 1);
    const drawn = list[index] as readonly [string, string];
    const last = list.pop() as readonly [string, string];
    if (index < list.length) list[index] = last;
    return drawn;
  };
}

function fromRectangle({ users, resources }: EdgeGroup, random: MersenneTwister): Draw {
  return () => [users[random.integer(0, users.length - 1)] as string, resources[random.integer(0, resources.length - 1)] as string];
}

function requireEnough({ users, resources, ratio, coverage }: EdgeGroup, excluded: ReadonlySet<string>): void {
  const free = (user: string, resource: string): boolean => !excluded.has(edgeKey(user, resource));
  const pairs = users.reduce((sum, user) => sum + resources.filter((resource) => free(user, resource)).length, 0);
  const impossible = (what: string): never => {
    throw new ByomlError('SAMPLE_IMPOSSIBLE', `sample of ${users.length} users and ${resources.length} resources at ratio ${ratio}: ${what}`);
  };
  if (pairs < users.length * resources.length * ratio) impossible(`only ${pairs} pairs are not used yet`);
  const full = resources.find((resource) => !users.some((user) => free(user, resource)));
  if (full !== undefined) impossible(`every user already has ${full}`);
  const stuffed = coverage ? users.find((user) => !resources.some((resource) => free(user, resource))) : undefined;
  if (stuffed !== undefined) impossible(`${stuffed} already has every resource`);
}
