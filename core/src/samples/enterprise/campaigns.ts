import { keyedHash, randomFrom, type Random } from '../../random/index.ts';
import type { AccessRow } from './access-rows.ts';
import { hourOfWork, type Company } from './activity.ts';
import { sharesOf } from './bursts.ts';
import { between, pick, shuffled } from './draw.ts';
import { impossible, type ResolvedOptions } from './options.ts';
import type { Employee, Team } from './org-chart.ts';

export type CampaignKind = 'sweep' | 'fan-out' | 'insider';

interface PlannedRow extends AccessRow {
  readonly campaign: number;
}

export interface Planted {
  readonly rows: readonly PlannedRow[];
  readonly campaigns: ReadonlyArray<{ readonly name: string; readonly kind: CampaignKind }>;
}

const hourMs = 3_600_000;
const fanOutDays = 2;
const insiderDays = 6;
/** An account must have been at work a while, so that there are habits to break. */
const leastKnown = 6;
const settledDays = 14;
const mostKnown = 6;
const mostCovers = 9;

/** The attacks, half their rows on shares the account knows or on company shares: nothing but new shares would be too easy to find. */
export function plantCampaigns(company: Company, benign: readonly AccessRow[], { seed, campaigns, attackFrom, days }: ResolvedOptions): Planted {
  const plan = [
    ...Array.from({ length: campaigns.sweeps }, (_, i) => ({ kind: 'sweep' as const, name: `sweep-${i + 1}` })),
    ...Array.from({ length: campaigns.fanOuts }, (_, i) => ({ kind: 'fan-out' as const, name: `fan-out-${i + 1}` })),
    ...Array.from({ length: campaigns.insiders }, (_, i) => ({ kind: 'insider' as const, name: `insider-${i + 1}` })),
  ];
  if (plan.length === 0) return { rows: [], campaigns: [] };
  const planner = new Planner(company, benign, attackFrom, days);
  const rows = plan.flatMap(({ kind, name }, campaign) => planner.plan(kind, randomFrom(keyedHash(seed, 'campaign', name))).map((row) => ({ ...row, campaign })));
  return { rows, campaigns: plan };
}

class Planner {
  readonly #company: Company;
  readonly #workdays: readonly number[];
  /** Person → resource → offset of the first day. */
  readonly #known = new Map<number, Map<number, number>>();
  readonly #victims = new Set<number>();

  constructor(company: Company, benign: readonly AccessRow[], attackFrom: number, days: number) {
    this.#company = company;
    this.#workdays = company.calendar.workdays(attackFrom);
    if (this.#workdays.length < insiderDays) throw impossible(`${days} days leave ${this.#workdays.length} working days from day ${attackFrom} on, and campaigns need ${insiderDays}; ask for more days, a smaller attackFrom or no campaigns`, { days, attackFrom });
    for (const { user, resource, time } of benign) this.#learn(user, resource, Math.floor((time - company.calendar.startOf(0)) / (24 * hourMs)));
  }

  plan(kind: CampaignKind, random: Random): AccessRow[] {
    if (kind === 'sweep') return this.#sweep(random);
    return kind === 'fan-out' ? this.#fanOut(random) : this.#insider(random);
  }

  #sweep(random: Random): AccessRow[] {
    const [day] = this.#span(random, 1) as [number];
    const person = this.#victim(random, [day]);
    const department = this.#otherDepartment(random, person, day);
    const targets = this.#targets(random, person, department, between(random, 5, 8));
    return this.#rows(random, { person, host: this.#company.hosts.workstation(person, false), days: [day], targets });
  }

  #fanOut(random: Random): AccessRow[] {
    const days = this.#span(random, fanOutDays);
    const host = this.#company.hosts.workstation(this.#victim(random, days), false);
    const department = random.below(this.#company.chart.departments.length);
    return Array.from({ length: 3 }, () => this.#victim(random, days)).flatMap((person) => {
      const goal = this.#departmentOf(person, days[0] as number) === department ? this.#otherDepartment(random, person, days[0] as number) : department;
      const targets = this.#targets(random, person, goal, between(random, 4, 5));
      return this.#rows(random, { person, host, days, targets });
    });
  }

  #insider(random: Random): AccessRow[] {
    const days = this.#span(random, insiderDays);
    const person = this.#victim(random, days, (i) => this.#neighbours(i, days[0] as number).length > 0);
    const neighbour = pick(random, this.#neighbours(person, days[0] as number));
    return this.#rows(random, { person, host: this.#company.hosts.workstation(person, false), days, targets: shuffled(random, neighbour).slice(0, insiderDays) });
  }

  /** Of every other team of the department: the shares that the person never opens, if they last for an insider. */
  #neighbours(person: number, day: number): Array<readonly number[]> {
    const own = this.#teamOf(person, day);
    const { teams } = this.#company.chart;
    const others = teams.flatMap((team, i) => (i !== own && team.department === teams[own]?.department ? [this.#unknown(person, this.#company.shares.ofTeam[i] ?? [])] : []));
    return others.filter((shares) => shares.length >= insiderDays);
  }

  /** One record group per target and as many on shares that nobody wonders about. */
  #rows(random: Random, { person, host, days, targets }: { readonly person: number; readonly host: number; readonly days: readonly number[]; readonly targets: readonly number[] }): AccessRow[] {
    const cover = this.#cover(random, person, days[0] as number);
    const zone = (this.#company.chart.teams[this.#teamOf(person, days[0] as number)] as Team).zone;
    const at = (i: number): number => this.#company.calendar.startOf(days[i % days.length] as number) + hourOfWork(random, zone) * hourMs;
    const row = (resource: number, i: number): AccessRow => ({ user: person, resource, host, time: at(i), count: between(random, 1, 2), path: -1 });
    return targets.flatMap((target, i) => [row(target, i), row(cover[i % cover.length] as number, i)]);
  }

  /** Known shares and, for the rest, company shares: as many different ones as a campaign has targets, or more. */
  #cover(random: Random, person: number, day: number): number[] {
    const known = [...(this.#known.get(person) ?? [])].filter(([, first]) => first < day).map(([resource]) => resource);
    const mixed = new Set([...shuffled(random, known).slice(0, mostKnown), ...shuffled(random, this.#company.shares.company)]);
    return shuffled(random, [...mixed].slice(0, mostCovers));
  }

  /** Working days in a row. */
  #span(random: Random, length: number): number[] {
    const from = random.below(this.#workdays.length - length + 1);
    return this.#workdays.slice(from, from + length);
  }

  /** Somebody without a part in another campaign who is at work on these days and has habits. */
  #victim(random: Random, days: readonly number[], suits: (person: number) => boolean = () => true): number {
    const { employees } = this.#company.chart;
    const [first, last] = [days[0] as number, days.at(-1) as number];
    const isFit = (i: number): boolean => {
      const { from, to, isAdmin } = employees[i] as Employee;
      const known = [...(this.#known.get(i)?.values() ?? [])].filter((day) => day < first).length;
      return !this.#victims.has(i) && !isAdmin && (from === 0 || from < first - settledDays) && to >= last && known >= leastKnown && suits(i);
    };
    const fit = Array.from(employees.keys()).filter(isFit);
    if (fit.length === 0) throw impossible('too few people for that many campaigns; ask for more users or fewer campaigns', {});
    const person = pick(random, fit);
    this.#victims.add(person);
    return person;
  }

  #teamOf(person: number, day: number): number {
    const { team, laterTeam, moved } = this.#company.chart.employees[person] as Employee;
    return moved > 0 && day >= moved ? laterTeam : team;
  }

  #departmentOf(person: number, day: number): number {
    return (this.#company.chart.teams[this.#teamOf(person, day)] as Team).department;
  }

  #otherDepartment(random: Random, person: number, day: number): number {
    const count = this.#company.chart.departments.length;
    return (this.#departmentOf(person, day) + 1 + random.below(count - 1)) % count;
  }

  #targets(random: Random, person: number, department: number, count: number): number[] {
    return shuffled(random, this.#unknown(person, sharesOf(this.#company, department))).slice(0, count);
  }

  /** Shares the person never opens by itself. */
  #unknown(person: number, shares: readonly number[]): number[] {
    return shares.filter((share) => !this.#known.get(person)?.has(share));
  }

  #learn(user: number, resource: number, day: number): void {
    const known = this.#known.get(user) ?? new Map<number, number>();
    this.#known.set(user, known.set(resource, Math.min(day, known.get(resource) ?? day)));
  }
}
