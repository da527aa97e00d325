import { dictionary } from '../../contracts/dictionary.ts';
import { rows as rowsOf } from '../../contracts/columns.ts';
import { noDay } from '../../detection/table/days.ts';
import { aRun } from '../../testkit/fakes/run.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookupTable } from './lookup-table.ts';
import type { AccessRows } from './pair-facts.ts';

interface Access {
  readonly scope: string;
  readonly user: string;
  readonly resource: string;
  readonly count: number;
  readonly day: number;
  readonly department?: string;
}

const dayMs = 86_400_000;

const columnsOf = (accesses: readonly Access[], times = true): AccessRows => ({
  scope: dictionary(accesses.map(({ scope }) => scope)), user: dictionary(accesses.map(({ user }) => user)), resource: dictionary(accesses.map(({ resource }) => resource)),
  count: Float64Array.from(accesses, ({ count }) => count), days: Int32Array.from(accesses, ({ day }) => day),
  firstSeen: times ? Float64Array.from(accesses, ({ day }) => day * dayMs + 1000) : null, lastSeen: times ? Float64Array.from(accesses, ({ day }) => day * dayMs + 2000) : null,
  department: accesses.some(({ department }) => department !== undefined) ? dictionary(accesses.map(({ department }) => department ?? '')) : null,
});

const exported = async (accesses: readonly Access[], maxRows = Infinity, times = true): Promise<ReadonlyArray<Record<string, unknown>>> => [...rowsOf((await lookupTable(columnsOf(accesses, times), maxRows, aRun())).batch)];

const sorted = (texts: Iterable<string>): string[] => [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));

/** The definition, word for word and as slow as it likes. */
function naive(all: readonly Access[]): ReadonlyArray<Record<string, unknown>> {
  const accesses = all.filter(({ count, day }) => count > 0 && day !== noDay);
  const departmentOf = (scope: string, user: string): string => all.filter((one) => one.scope === scope && one.user === user && one.department).at(-1)?.department ?? '';
  return sorted(accesses.map(({ scope }) => scope)).flatMap((scope) => {
    const within = accesses.filter((one) => one.scope === scope);
    const users = sorted(within.map(({ user }) => user));
    const used = new Map(users.map((user) => [user, new Set(within.filter((one) => one.user === user).map(({ resource }) => resource))]));
    const usersOf = (resource: string): number => users.filter((user) => used.get(user)?.has(resource)).length;
    const peersOf = (user: string): string[] => {
      const department = departmentOf(scope, user);
      if (department !== '') return users.filter((other) => other !== user && departmentOf(scope, other) === department);
      const common = (other: string): number => [...(used.get(user) ?? [])].filter((resource) => used.get(other)?.has(resource) && usersOf(resource) <= 200).length;
      const size = (other: string): number => used.get(other)?.size ?? 0;
      return users.filter((other) => other !== user && common(other) > 0).sort((a, b) => common(b) - common(a) || size(a) - size(b) || (a < b ? -1 : 1)).slice(0, 20);
    };
    return users.flatMap((user) => {
      const own = within.filter((one) => one.user === user);
      const peers = peersOf(user);
      return sorted(own.map(({ resource }) => resource)).map((resource) => {
        const its = own.filter((one) => one.resource === resource);
        const count = its.reduce((sum, one) => sum + one.count, 0);
        const share = count / own.reduce((sum, one) => sum + one.count, 0);
        const peersUsing = peers.filter((peer) => used.get(peer)?.has(resource)).length;
        const days = its.map(({ day }) => day);
        return {
          scope, user, resource, firstSeen: new Date(Math.min(...days) * dayMs + 1000).toISOString(), lastSeen: new Date(Math.max(...days) * dayMs + 2000).toISOString(), days: new Set(days).size, count, share,
          usersOfResource: usersOf(resource), resourcesOfUser: used.get(user)?.size, isRare: usersOf(resource) <= 2 || share < 0.001, peers: peers.length, peersUsing, peerRare: peers.length === 0 || peersUsing / peers.length < 0.1,
        };
      });
    });
  });
}

const anAccess = (users: number, resources: number, department: fc.Arbitrary<string | undefined>): fc.Arbitrary<Access> =>
  fc.record({ scope: fc.constantFrom('a', 'b'), user: fc.nat(users).map((n) => `u${n}`), resource: fc.nat(resources).map((n) => `r${n}`), count: fc.constantFrom(0, 1, 2, 3000), day: fc.constantFrom(20_000, 20_001, 20_009, noDay), department }) as fc.Arbitrary<Access>;

test.each([['without a directory', fc.constant(undefined)], ['with one that knows some', fc.constantFrom('x', 'y', '')]])('every column is what its definition says, %s', async (_what, department) => {
  for (const [users, resources, most] of [[5, 6, 40], [60, 12, 500]] as const)
    await fc.assert(fc.asyncProperty(fc.array(anAccess(users, resources, department), { maxLength: most, size: 'max' }), async (accesses) => {
      expect(await exported(accesses)).toEqual(naive(accesses));
    }), { numRuns: most < 100 ? 60 : 12 });
});

test('a resource that many users have in common makes no peers', async () => {
  const accesses = Array.from({ length: 202 }, (_, n): Access => ({ scope: '', user: `u${n}`, resource: 'everybody', count: 1, day: 20_000 }));
  const [first] = await exported(accesses);
  expect(first).toMatchObject({ usersOfResource: 202, isRare: false, peers: 0, peerRare: true });
  expect((await exported(accesses.slice(2)))[0]).toMatchObject({ peers: 20, peersUsing: 20, peerRare: false });
});

test('where rows tell no times, days do', async () => {
  expect((await exported([{ scope: '', user: 'u', resource: 'r', count: 1, day: 20_781 }], Infinity, false))[0]).toMatchObject({ firstSeen: '2026-11-24T00:00:00.000Z', lastSeen: '2026-11-24T00:00:00.000Z' });
});

test('of too many pairs those that were seen last are kept, judged by all', async () => {
  const accesses = ['a', 'b', 'c', 'd'].map((user, n): Access => ({ scope: '', user, resource: 'r', count: 1, day: 20_000 + (n * 3) % 4 }));
  const kept = await lookupTable(columnsOf(accesses), 2, aRun());
  expect([...rowsOf(kept.batch)].map(({ user, usersOfResource }) => [user, usersOfResource])).toEqual([['b', 4], ['c', 4]]);
  expect(kept.pairs).toBe(4);
});

test('300,000 pairs take seconds, not minutes', { timeout: 60_000 }, async () => {
  const [rows, users, resources] = [300_000, 10_000, 6000];
  const codes = (most: number, step: number): Int32Array => Int32Array.from({ length: rows }, (_, n) => Math.floor((((n * step) % 1_000_003) / 1_000_003) ** 2 * most));
  const text = (most: number, step: number, prefix: string) => dictionary(Array.from(codes(most, step), (code) => `${prefix}${code}`));
  const data: AccessRows = { scope: text(1, 1, ''), user: text(users, 7919, 'u'), resource: text(resources, 104_729, 'r'), count: new Float64Array(rows).fill(1), days: Int32Array.from({ length: rows }, (_, n) => 20_000 + (n % 30)), firstSeen: null, lastSeen: null, department: null };
  const started = performance.now();
  const { pairs } = await lookupTable(data, Infinity, aRun());
  expect(pairs).toBeGreaterThan(200_000);
  // Ten times what it should take: only a hang or a quadratic loop is caught here.
  expect(performance.now() - started).toBeLessThan(40_000);
});

test('it stops when told', async () => {
  const reason = new Error('told to stop');
  await expect(lookupTable(columnsOf([{ scope: '', user: 'u', resource: 'r', count: 1, day: 20_000 }]), 1, aRun({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
});
