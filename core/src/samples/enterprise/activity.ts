import { keyedHash, randomFrom, type Random } from '../../random/index.ts';
import type { AccessRow } from './access-rows.ts';
import type { Calendar } from './calendar.ts';
import { between, normal, poisson, zipfPlace } from './draw.ts';
import { Habits } from './habits.ts';
import type { Hosts } from './hosts.ts';
import { filePaths } from './names.ts';
import type { Employee, OrgChart, Team } from './org-chart.ts';
import type { Shares } from './shares.ts';
import { Surroundings } from './surroundings.ts';

export interface Company {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly chart: OrgChart;
  readonly shares: Shares;
  readonly hosts: Hosts;
}

const hourMs = 3_600_000;
/** Working days after a move on which the new team's shares are opened at a higher rate. */
const settlingDays = 10;
const settlingAccesses = 1;
const adminsAnywhere = 0.5;
/** Draws until a new access is new: with one, teams would know all their shares after a month and nothing new would happen. */
const tries = 3;
const onVpn = 0.12;
const onSecondHost = 0.1;
/** Share of the accesses that also open a file (event 5145). */
const opensFile = 0.2;
const pathsOfShare = 12;

/** What everybody does, one person after the other: every person has a stream of draws of their own. */
export function addActivity(company: Company, rows: AccessRow[]): void {
  const surroundings = new Surroundings(company.chart, company.shares);
  company.chart.employees.forEach((employee, person) => new Worker(company, surroundings, person, employee).work(rows));
}

class Worker {
  readonly #company: Company;
  readonly #surroundings: Surroundings;
  readonly #person: number;
  readonly #employee: Employee;
  readonly #random: Random;
  readonly #habits: Habits;
  #settling = 0;

  constructor(company: Company, surroundings: Surroundings, person: number, employee: Employee) {
    this.#company = company;
    this.#surroundings = surroundings;
    this.#person = person;
    this.#employee = employee;
    this.#random = randomFrom(keyedHash(company.seed, 'work', employee.name));
    this.#habits = new Habits(employee.theta);
    this.#habits.add(company.shares.homes[person] as number);
  }

  work(rows: AccessRow[]): void {
    const { from, to, moved } = this.#employee;
    for (let day = from; day <= to; day++) {
      if (moved > 0 && day === moved) this.#settling = settlingDays;
      this.#workOn(day, rows);
    }
  }

  #workOn(day: number, rows: AccessRow[]): void {
    const random = this.#random;
    const { calendar, hosts, chart } = this.#company;
    const { rate, moved, team, laterTeam } = this.#employee;
    const current = moved > 0 && day >= moved ? laterTeam : team;
    const host = random.next() < onVpn ? hosts.vpn(random.next()) : hosts.workstation(this.#person, random.next() < onSecondHost);
    const { zone } = chart.teams[current] as Team;
    const open = (resource: number): void => {
      this.#habits.add(resource);
      addAccess(rows, random, { user: this.#person, resource, host, time: calendar.startOf(day) + hourOfWork(random, zone) * hourMs });
    };
    for (let left = poisson(random, rate * calendar.activity(day)); left > 0; left--) open(this.#choice(current, day));
    if (this.#settling === 0 || !calendar.isWorkday(day)) return;
    this.#settling--;
    for (let left = poisson(random, settlingAccesses); left > 0; left--) open(this.#surroundings.draw(random, this.#person, current, day));
  }

  #choice(team: number, day: number): number {
    const random = this.#random;
    if (!this.#habits.wantsNew(random)) return this.#habits.usual(random);
    let resource: number;
    let left = tries;
    do resource = this.#employee.isAdmin && random.next() < adminsAnywhere ? this.#surroundings.anywhere(random) : this.#surroundings.draw(random, this.#person, team, day);
    while (this.#habits.has(resource) && --left > 0);
    return resource;
  }
}

/** UTC hour of something done in working hours, within the UTC day. */
export function hourOfWork(random: Random, zone: number): number {
  const local = random.next() < 0.5 ? 10 + 1.2 * normal(random) : 14.5 + 1.5 * normal(random);
  return Math.min(23.9, Math.max(0, local - zone));
}

/** A share is opened, often with a file on it. */
export function addAccess(rows: AccessRow[], random: Random, access: { readonly user: number; readonly resource: number; readonly host: number; readonly time: number }): void {
  rows.push({ ...access, count: 1, path: -1 });
  if (random.next() >= opensFile) return;
  const path = (access.resource * 37 + zipfPlace(random, pathsOfShare, 1)) % filePaths.length;
  rows.push({ ...access, time: access.time + between(random, 1, 90) * 1000, count: between(random, 1, 2), path });
}
