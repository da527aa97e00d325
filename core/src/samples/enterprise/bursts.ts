import { keyedHash, randomFrom, type Random } from '../../random/index.ts';
import { addAccess, hourOfWork, type Company } from './activity.ts';
import type { AccessRow } from './access-rows.ts';
import { between, pick, shuffled } from './draw.ts';

const hourMs = 3_600_000;
const quarter = 91;

/** What looks like an attack and is none: each quarter an audit and a file migration. */
export function addBursts(company: Company, rows: AccessRow[]): void {
  for (let from = 0; from < company.calendar.days; from += quarter) {
    const random = randomFrom(keyedHash(company.seed, 'bursts', String(from)));
    const days = company.calendar.workdays().filter((day) => day >= from && day < from + quarter);
    if (days.length < 10) continue;
    const department = random.below(company.chart.departments.length);
    const shares = shuffled(random, sharesOf(company, department));
    const [audit, migration] = [0.6, 0.85].map((part) => Math.floor(days.length * part)) as [number, number];
    burst(company, rows, random, { people: present(company, random, 2, days.slice(audit, audit + 3), false), days: days.slice(audit, audit + 3), shares: shares.slice(0, 14) });
    burst(company, rows, random, { people: present(company, random, 2, days.slice(migration, migration + 2), true), days: days.slice(migration, migration + 2), shares: shuffled(random, sharesOf(company, random.below(company.chart.departments.length))).slice(0, 30) });
  }
}

/** Shares of a department and of its teams. */
export function sharesOf({ chart, shares }: Company, department: number): number[] {
  return [...(shares.ofDepartment[department] ?? []), ...chart.teams.flatMap((team, i) => (team.department === department ? [...(shares.ofTeam[i] ?? [])] : []))];
}

function present({ chart }: Company, random: Random, count: number, days: readonly number[], admins: boolean): number[] {
  const there = Array.from(chart.employees.keys()).filter((i) => {
    const person = chart.employees[i];
    return person !== undefined && person.isAdmin === admins && person.from === 0 && person.moved === 0 && person.to >= (days.at(-1) ?? 0);
  });
  return shuffled(random, there).slice(0, count);
}

function burst({ calendar, hosts, chart }: Company, rows: AccessRow[], random: Random, { people, days, shares }: { readonly people: readonly number[]; readonly days: readonly number[]; readonly shares: readonly number[] }): void {
  for (const user of people) {
    for (const resource of shares) {
      const time = calendar.startOf(pick(random, days)) + hourOfWork(random, chart.teams[chart.employees[user]?.team ?? 0]?.zone ?? 0) * hourMs;
      for (let times = between(random, 1, 2); times > 0; times--) addAccess(rows, random, { user, resource, host: hosts.workstation(user, false), time });
    }
  }
}
