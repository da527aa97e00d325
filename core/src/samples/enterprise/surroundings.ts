import type { Random } from '../../random/index.ts';
import { byWeight, pick, zipfPlace } from './draw.ts';
import type { OrgChart, Team } from './org-chart.ts';
import type { Shares } from './shares.ts';

/** Where new accesses go. */
const chartWeights = { team: 0.45, project: 0.2, department: 0.15, home: 0.1, company: 0.1 } as const;
/** Where those go that ignore the chart. */
const wanderWeights = { legacy: 0.45, home: 0.2, root: 0.15, anywhere: 0.2 } as const;
const wander = 0.08;
const zipf = { team: 1, department: 0.7, company: 0.7 } as const;

/** The shares around a person: of the team, the department, the projects, the colleagues, the company. */
export class Surroundings {
  readonly #chart: OrgChart;
  readonly #shares: Shares;
  readonly #members: ReadonlyArray<readonly number[]>;
  readonly #projectsOf = new Map<number, number[]>();

  constructor(chart: OrgChart, shares: Shares) {
    this.#chart = chart;
    this.#shares = shares;
    const members: number[][] = chart.teams.map(() => []);
    chart.employees.forEach(({ team }, person) => void members[team]?.push(person));
    this.#members = members;
    shares.projects.forEach(({ members: inProject }, project) => {
      for (const person of inProject) this.#projectsOf.set(person, [...(this.#projectsOf.get(person) ?? []), project]);
    });
  }

  /** A share that a person of the team may come to on that day, new or not. */
  draw(random: Random, person: number, team: number, day: number): number {
    if (random.next() < wander) return this.#wandered(random, team);
    const kind = byWeight(random, chartWeights);
    if (kind === 'project') return this.#ofProject(random, person, day) ?? this.#ofTeam(random, team);
    return this.#drawn[kind](random, team);
  }

  anywhere(random: Random): number {
    return random.below(this.#shares.names.length);
  }

  readonly #drawn = {
    team: (random: Random, team: number): number => this.#ofTeam(random, team),
    department: (random: Random, team: number): number => byRank(random, this.#shares.ofDepartment[(this.#chart.teams[team] as Team).department] as readonly number[], zipf.department),
    home: (random: Random, team: number): number => this.#shares.homes[pick(random, this.#members[team] as readonly number[])] as number,
    company: (random: Random): number => byRank(random, this.#shares.company, zipf.company),
  } as const;

  #ofTeam(random: Random, team: number): number {
    return byRank(random, this.#shares.ofTeam[team] as readonly number[], zipf.team);
  }

  #ofProject(random: Random, person: number, day: number): number | undefined {
    const current = (this.#projectsOf.get(person) ?? []).map((project) => this.#shares.projects[project]).filter((project) => project !== undefined && project.from <= day && day <= project.to);
    return current.length === 0 ? undefined : pick(random, (pick(random, current) as { shares: readonly number[] }).shares);
  }

  #wandered(random: Random, team: number): number {
    const kind = byWeight(random, wanderWeights);
    if (kind === 'legacy') return pick(random, this.#shares.legacy);
    if (kind === 'home') return pick(random, this.#shares.homes);
    if (kind === 'anywhere') return this.anywhere(random);
    const other = (team + 1 + random.below(this.#chart.teams.length - 1)) % this.#chart.teams.length;
    return this.#shares.ofTeam[other]?.[0] as number;
  }
}

const byRank = (random: Random, shares: readonly number[], exponent: number): number => shares[zipfPlace(random, shares.length, exponent)] as number;
