import { keyedHash, randomFrom, type Random } from '../../random/index.ts';
import { between, shuffled } from './draw.ts';
import { companyShares, departmentShares, projectNames, teamShares } from './names.ts';
import type { ResolvedOptions } from './options.ts';
import type { OrgChart } from './org-chart.ts';

interface Project {
  /** Offsets of its first and last day. */
  readonly from: number;
  readonly to: number;
  readonly members: readonly number[];
  readonly shares: readonly number[];
}

export interface Shares {
  /** `\\SERVER\share` by code. */
  readonly names: readonly string[];
  readonly company: readonly number[];
  readonly ofDepartment: ReadonlyArray<readonly number[]>;
  /** The most used first: the root. */
  readonly ofTeam: ReadonlyArray<readonly number[]>;
  readonly homes: readonly number[];
  /** What nobody owns any more and everybody may open. */
  readonly legacy: readonly number[];
  readonly projects: readonly Project[];
}

const inProjects = 0.15;
const two = (number: number): string => String(number).padStart(2, '0');
const spoken = (name: string): string => name.toLowerCase().replaceAll(' ', '-');

export function makeShares(options: ResolvedOptions, chart: OrgChart): Shares {
  const random = randomFrom(keyedHash(options.seed, 'shares'));
  const names: string[] = [];
  const add = (server: string, share: string): number => names.push(`\\\\${server}\\${share}`) - 1;
  const server = (department: number): string => `FS${two(department + 2)}`;
  const company = companyShares.map((name) => add('FS01', name));
  const ofDepartment = chart.departments.map((department, i) => departmentShares.slice(0, between(random, 4, 10)).map((name) => add(server(i), `${spoken(department)}-${name}`)));
  const ofTeam = chart.teams.map(({ name, department }) => teamShares.slice(0, between(random, 4, 14)).map((share) => add(server(department), `${name}-${share}`)));
  const homes = chart.employees.map(({ name }, i) => add(`HOME${two((i % Math.max(1, Math.round(options.users / 300))) + 1)}`, `${name}$`));
  const legacy = Array.from({ length: Math.round(options.users / 2) }, (_, i) => add(`OLD${two((i % 4) + 1)}`, `archive-${String(i + 1).padStart(4, '0')}`));
  const projects = makeProjects(options, random, (name) => add('PRJ01', name));
  return { names, company, ofDepartment, ofTeam, homes, legacy, projects };
}

/** Projects one after the other on enough tracks that 15 % of the people are in one at any time. */
function makeProjects({ users, days }: ResolvedOptions, random: Random, add: (name: string) => number): Project[] {
  const projects: Project[] = [];
  const everybody = Array.from({ length: users }, (_, i) => i);
  for (let track = 0; track < Math.max(1, Math.round((users * inProjects) / 5.5)); track++) {
    for (let from = -random.below(60); from < days; ) {
      const to = from + between(random, 28, 90);
      const number = projects.length;
      const name = `${projectNames[number % projectNames.length] as string}-${number + 1}`;
      const shares = Array.from({ length: between(random, 1, 3) }, (_, i) => add(i === 0 ? name : `${name}-${i + 1}`));
      if (to >= 0) projects.push({ from, to, members: shuffled(random, everybody).slice(0, between(random, 3, 8)), shares });
      from = to + 1;
    }
  }
  return projects;
}
