import { keyedHash, randomFrom, type Random } from '../../random/index.ts';
import { between, gammaOfTwo, logNormal, pick, shuffled } from './draw.ts';
import { familyNames, givenNames, trades } from './names.ts';
import type { ResolvedOptions } from './options.ts';

export const domain = 'CORP';

/** A row of people.csv: what the directory says at the end of the span. */
export interface Person {
  /** `CORP\name` */
  readonly user: string;
  /** User of the manager; empty for the head of the company. */
  readonly manager: string;
  readonly team: string;
  readonly department: string;
  readonly title: string;
}

export interface Team {
  readonly name: string;
  readonly department: number;
  /** Hours the local time is ahead of UTC. */
  readonly zone: number;
}

/** How one person works. Days are offsets from the first day of the span. */
export interface Employee {
  readonly name: string;
  readonly title: string;
  /** Code of the team at the start, and from `moved` on. */
  readonly team: number;
  readonly laterTeam: number;
  readonly moved: number;
  /** First and last day of employment. */
  readonly from: number;
  readonly to: number;
  readonly isAdmin: boolean;
  /** Accesses on a usual working day. */
  readonly rate: number;
  /** Concentration of the Pitman–Yor process: how readily the person opens something new. */
  readonly theta: number;
}

export interface OrgChart {
  readonly departments: readonly string[];
  readonly teams: readonly Team[];
  readonly employees: readonly Employee[];
}

const zones = [1, 1, 1, 1, -5, -5, 8] as const;
const meanTeamSize = 22;
const teamsPerDepartment = 4.5;
const quarter = 91;
/** Share of the people per quarter. */
const turnover = { joiners: 0.05, movers: 0.04, leavers: 0.03 } as const;
const admins = 0.02;
const meanRate = 3.2;
const thetaScale = 2;

export function orgChart({ seed, users, days }: ResolvedOptions): OrgChart {
  const random = randomFrom(keyedHash(seed, 'org chart'));
  const sizes = teamSizes(users, random);
  const departments = trades.slice(0, Math.min(trades.length, Math.max(3, Math.round(sizes.length / teamsPerDepartment)))).map(([name]) => name);
  const teams = sizes.map((_, i) => teamOf(i, departments.length, random));
  const names = userNames(users, random);
  const roles = new Roles(users, days, random);
  const homes = sizes.flatMap((size, team) => Array.from({ length: size }, (_, place) => ({ team, place })));
  const employees = homes.map(({ team, place }, i) => roles.employee(i, { name: names[i] as string, team, teams: teams.length, title: title(teams[team] as Team, place, random) }));
  return { departments, teams, employees };
}

function teamSizes(users: number, random: Random): number[] {
  const mean = Math.min(meanTeamSize, users / 6);
  const sizes: number[] = [];
  for (let left = users; left > 0; left -= sizes.at(-1) as number) {
    const size = Math.max(3, Math.min(users / 4, Math.round(logNormal(random, mean, 0.7))));
    sizes.push(left - size < 3 ? left : Math.floor(size));
  }
  return sizes;
}

function teamOf(index: number, departments: number, random: Random): Team {
  // The first teams give every department one; the others go where they like.
  const department = index < departments ? index : random.below(departments);
  const [, kinds] = trades[department] as (typeof trades)[number];
  const number = Math.floor(index / departments);
  return { name: `${kinds[number % kinds.length] as string}-${index + 1}`, department, zone: pick(random, zones) };
}

function title(team: Team, place: number, random: Random): string {
  const trade = (trades[team.department] as (typeof trades)[number])[0];
  if (place === 0) return 'Team Lead';
  return `${pick(random, ['Junior', 'Senior', 'Lead', ''] as const)} ${trade} Specialist`.trim();
}

function userNames(count: number, random: Random): string[] {
  const taken = new Map<string, number>();
  return Array.from({ length: count }, () => {
    const name = `${pick(random, givenNames)}.${pick(random, familyNames)}`;
    const times = taken.get(name) ?? 0;
    taken.set(name, times + 1);
    return times === 0 ? name : `${name}${times + 1}`;
  });
}

/** Who joins, moves, leaves or administers: whole numbers of people, drawn without overlap. */
class Roles {
  readonly #random: Random;
  readonly #days: number;
  readonly #role = new Map<number, 'joiner' | 'mover' | 'leaver' | 'admin'>();

  constructor(users: number, days: number, random: Random) {
    this.#random = random;
    this.#days = days;
    const order = shuffled(random, Array.from({ length: users }, (_, i) => i));
    const share = (part: number): number => Math.round((users * part * days) / quarter);
    const counts = [['joiner', share(turnover.joiners)], ['mover', share(turnover.movers)], ['leaver', share(turnover.leavers)], ['admin', Math.max(1, Math.round(users * admins))]] as const;
    for (const [role, count] of counts) for (const person of order.splice(0, Math.min(count, Math.floor(order.length / 2)))) this.#role.set(person, role);
  }

  employee(index: number, { name, team, teams, title: called }: { readonly name: string; readonly team: number; readonly teams: number; readonly title: string }): Employee {
    const role = this.#role.get(index);
    const random = this.#random;
    const change = between(random, Math.min(5, this.#days - 1), this.#days - 1);
    const later = role === 'mover' ? (team + 1 + random.below(teams - 1)) % teams : team;
    return {
      name,
      title: role === 'admin' ? 'System Administrator' : called,
      team,
      laterTeam: later,
      moved: role === 'mover' ? change : 0,
      from: role === 'joiner' ? change : 0,
      to: role === 'leaver' ? change : this.#days - 1,
      isAdmin: role === 'admin',
      rate: logNormal(random, meanRate, 0.9),
      theta: gammaOfTwo(random, thetaScale),
    };
  }
}

/** people.csv: the team lead manages the team, the first team's lead the department, the first department's the company. */
export function directory({ departments, teams, employees }: OrgChart): Person[] {
  const leadOf = new Map<number, number>();
  employees.forEach(({ team, moved }, i) => void (leadOf.has(team) || moved > 0 || leadOf.set(team, i)));
  const heads = new Map<number, number>();
  teams.forEach(({ department }, team) => void (heads.has(department) || heads.set(department, leadOf.get(team) as number)));
  const top = heads.get(0) as number;
  const managerOf = (i: number, team: number): number => {
    const { department } = teams[team] as Team;
    return [leadOf.get(team), heads.get(department), top].find((boss) => boss !== undefined && boss !== i) ?? i;
  };
  const userOf = (i: number): string => `${domain}\\${(employees[i] as Employee).name}`;
  return employees.map(({ laterTeam, title: called }, i) => {
    const { name, department } = teams[laterTeam] as Team;
    return { user: userOf(i), manager: i === top ? '' : userOf(managerOf(i, laterTeam)), team: name, department: departments[department] as string, title: called };
  });
}
