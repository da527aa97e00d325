import { expect, test } from 'vitest';
import type { CampaignKind } from './campaigns.ts';
import { generateEnterprise, type Enterprise, type TruthRow } from './enterprise.ts';
import type { EnterpriseOptions } from './options.ts';

const small: EnterpriseOptions = { seed: 3, users: 120, days: 40, attackFrom: 20 };
const none = { sweeps: 0, fanOuts: 0, insiders: 0 };
const columns = ['user', 'resource', 'host', 'day', 'time', 'count', 'path'] as const;

const benign = ({ accesses }: Enterprise): object => {
  const rows = Array.from(accesses.campaign.keys()).filter((i) => (accesses.campaign[i] as number) < 0);
  return Object.fromEntries(columns.map((name) => [name, rows.map((i) => accesses[name][i])]));
};

const iso = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

test('the same options make the same company, another seed another one', () => {
  expect(generateEnterprise(small)).toEqual(generateEnterprise(small));
  expect(benign(generateEnterprise({ ...small, seed: 4 }))).not.toEqual(benign(generateEnterprise(small)));
});

test('campaigns change nothing but their own rows', () => {
  const [without, usual, many] = [none, undefined, { sweeps: 9, fanOuts: 1, insiders: 3 }].map((campaigns) => generateEnterprise({ ...small, ...(campaigns && { campaigns }) })) as [Enterprise, Enterprise, Enterprise];
  for (const other of [usual, many]) {
    expect(benign(other)).toEqual(benign(without));
    for (const part of ['people', 'users', 'resources', 'hosts', 'paths', 'holidays'] as const) expect(other[part]).toEqual(without[part]);
  }
  expect(without.truth).toEqual([]);
  expect([usual, many].map(({ truth }) => new Set(truth.map(({ campaign }) => campaign)).size)).toEqual([10, 13]);
});

test('rows are in the order of time, in their day, and their codes have names', () => {
  const { accesses, users, resources, hosts, paths, options } = generateEnterprise(small);
  expect(accesses.time).toEqual(accesses.time.toSorted());
  expect(accesses.day).toEqual(Int32Array.from(accesses.time, (time) => Math.floor(time / 86_400_000)));
  expect([iso(accesses.day[0] as number), iso(accesses.day.at(-1) as number)]).toEqual([options.start, '2026-02-13']);
  for (const [column, names] of [['user', users], ['resource', resources], ['host', hosts], ['path', paths]] as const) {
    expect(new Set(names).size).toBe(names.length);
    expect(Math.min(...accesses[column])).toBe(column === 'path' ? -1 : 0);
    expect(Math.max(...accesses[column])).toBeLessThan(names.length);
  }
});

test('the directory names every person once, with a team of a department and a manager who is in it', () => {
  const { people, users } = generateEnterprise(small);
  expect(people.map(({ user }) => user)).toEqual(users.filter((user) => !user.startsWith('CORP\\svc-')));
  expect(people.filter(({ manager }) => manager === '')).toHaveLength(1);
  for (const { user, manager } of people.filter((person) => person.manager !== '')) expect(people.some((other) => other.user === manager && other.user !== user)).toBe(true);
  expect([...Map.groupBy(people, ({ team }) => team).values()].every((team) => new Set(team.map(({ department }) => department)).size === 1)).toBe(true);
});

test('weekends and holidays are quiet', () => {
  const { accesses, holidays } = generateEnterprise({ ...small, campaigns: none });
  const perDay = new Map<string, number>();
  for (const [i, user] of accesses.user.entries()) if (user < small.users) perDay.set(iso(accesses.day[i] as number), (perDay.get(iso(accesses.day[i] as number)) ?? 0) + 1);
  expect(holidays).toEqual(['2026-01-19']);
  const quiet = ['2026-01-19', '2026-01-10', '2026-01-11'].map((day) => perDay.get(day) ?? 0);
  expect(Math.max(...quiet)).toBeLessThan((perDay.get('2026-01-20') as number) / 5);
});

interface Campaign {
  readonly kind: CampaignKind;
  readonly rows: readonly TruthRow[];
  /** Rows on shares that the account never opens by itself and that are not company shares. */
  readonly odd: readonly TruthRow[];
}

function campaignsOf(enterprise: Enterprise): Campaign[] {
  const { accesses, truth, users, resources } = enterprise;
  const known = new Set(Array.from(accesses.user.keys()).filter((i) => (accesses.campaign[i] as number) < 0).map((i) => `${users[accesses.user[i] as number]} ${resources[accesses.resource[i] as number]}`));
  const isOdd = ({ user, resource }: TruthRow): boolean => !known.has(`${user} ${resource}`) && !resource.startsWith('\\\\FS01\\');
  return [...Map.groupBy(truth, ({ campaign }) => campaign).values()].map((rows) => ({ kind: (rows[0] as TruthRow).kind, rows, odd: rows.filter(isOdd) }));
}

const distinct = (rows: readonly TruthRow[], of: (row: TruthRow) => string): number => new Set(rows.map(of)).size;

test.each([1, 2, 3])('campaigns are of their kind, half their rows on known or company shares, on working days from the first allowed one on (seed %i)', (seed) => {
  const enterprise = generateEnterprise({ ...small, seed });
  const campaigns = campaignsOf(enterprise);
  expect(campaigns.map(({ kind }) => kind)).toEqual([...Array.from({ length: 5 }, () => 'sweep'), ...Array.from({ length: 4 }, () => 'fan-out'), 'insider']);
  const bounds = { sweep: { accounts: 1, days: 1, least: 5, most: 8 }, 'fan-out': { accounts: 3, days: 2, least: 12, most: 15 }, insider: { accounts: 1, days: 6, least: 6, most: 6 } } as const;
  for (const { kind, rows, odd } of campaigns) {
    const { accounts, days, least, most } = bounds[kind];
    expect([distinct(rows, ({ user }) => user), distinct(rows, ({ day }) => day), distinct(rows, ({ sourceHost }) => sourceHost)]).toEqual([accounts, days, 1]);
    expect(odd.length).toBeGreaterThanOrEqual(least);
    expect(odd.length).toBeLessThanOrEqual(most);
    expect(odd.length / rows.length).toBe(0.5);
    for (const { day } of rows) expect([day >= '2026-01-25', enterprise.holidays.includes(day), [0, 6].includes(new Date(day).getUTCDay())]).toEqual([true, false, false]);
  }
});

test('planted rows are among the accesses', () => {
  const { accesses, truth, users, resources, hosts } = generateEnterprise(small);
  const rows = new Set(Array.from(accesses.user.keys(), (i) => [users[accesses.user[i] as number], resources[accesses.resource[i] as number], iso(accesses.day[i] as number), hosts[accesses.host[i] as number]].join(' ')));
  expect(truth.filter(({ user, resource, day, sourceHost }) => !rows.has([user, resource, day, sourceHost].join(' ')))).toEqual([]);
});

test.each([
  [{ users: 3 }, /users/],
  [{ days: 2.5 }, /days/],
  [{ seed: -1 }, /seed/],
  [{ start: '2026-02-30' }, /start/],
  [{ start: '9999-12-31' }, /2099/],
  [{ days: 30, attackFrom: undefined }, /working days from day 42/],
  [{ users: 20_000, days: 700 }, /user-days/],
  [{ campaigns: { sweeps: 1000, fanOuts: 0, insiders: 0 } }, /too few people/],
] as const)('what cannot be made is refused with the reason: %o', (change, why) => {
  expect(() => generateEnterprise({ ...small, ...change } as EnterpriseOptions)).toThrow(expect.objectContaining({ code: 'SAMPLE_IMPOSSIBLE', message: expect.stringMatching(why) as string }) as Error);
});
