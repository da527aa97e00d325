import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRun, memoryFiles, replay } from '@byoml/core/testkit';
import { difference, fitted, saved, scored, scoredErased, table, type AccessRow } from '../graph/tables.test.fixture.ts';
import { peerLift } from './definition.ts';

const lift = () => peerLift.create(peerLift.settings.parse({}), {});
const [m, k] = [10, 5];

type Groups = Readonly<Record<string, { readonly department?: string; readonly title?: string }>>;

/** The formula of detection.md over literally the other accesses: n_G and n_Gr are counted anew, without the pair. */
function naive(accesses: readonly AccessRow[], groups: Groups, { user, resource }: AccessRow): number {
  const others = accesses.filter((row) => (row.count ?? 1) > 0 && !(row.user === user && row.resource === resource));
  const users = [...new Set(others.map((row) => row.user))];
  const uses = (u: string) => others.some((row) => row.user === u && row.resource === resource);
  const share = (members: readonly string[], parent: number) => (members.filter(uses).length + m * parent) / (members.length + m);
  const scope = share(users, 1 / (new Set(others.map((row) => row.resource)).size + 1));
  let p = scope;
  for (const level of ['title', 'department'] as const) {
    const group = groups[user]?.[level];
    if (group !== undefined) p = share(users.filter((u) => groups[u]?.[level] === group), p);
  }
  const own = new Map<string, number>();
  for (const row of others) if (row.user === user) own.set(row.resource, (own.get(row.resource) ?? 0) + (row.count ?? 1));
  const degree = [...own.values()].reduce((sum, a) => sum + Math.log1p(a), 0);
  return -(k / (k + degree)) * (Math.log(p) - Math.log(scope)) - 0.01 * Math.log(scope);
}

const names = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'stranger'];
const groupsOf = fc.tuple(...names.map(() => fc.record({ department: fc.constantFrom('hr', 'it'), title: fc.constantFrom('boss', 'clerk', undefined) })))
  .map((all) => Object.fromEntries(names.map((name, i) => [name, Object.fromEntries(Object.entries(all[i] ?? {}).filter(([, group]) => group !== undefined))])) as Groups);
const accessesOf = fc.array(fc.record({ user: fc.constantFrom(...names.slice(0, -1)), resource: fc.constantFrom('r0', 'r1', 'r2', 'r3'), count: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 30 });
const asked = names.flatMap((user) => ['r0', 'r1', 'r2', 'r3', 'nowhere'].map((resource) => ({ user, resource })));
const inGroups = (rows: readonly AccessRow[], groups: Groups): AccessRow[] => rows.map((row) => ({ ...row, ...groups[row.user] }));

/** Groups that training knows: strangers bring theirs, but an unheard-of group says nothing. */
const known = (groups: Groups, accesses: readonly AccessRow[]): Groups => {
  const heard = new Set(accesses.flatMap(({ user }) => Object.entries(groups[user] ?? {}).map(String)));
  return Object.fromEntries(Object.entries(groups).map(([user, own]) => [user, Object.fromEntries(Object.entries(own).filter((entry) => heard.has(String(entry))))]));
};

test('every pair scores as the formula says, erased where it is known', async () => {
  await fc.assert(
    fc.asyncProperty(accessesOf, groupsOf, async (accesses, groups) => {
      const model = await fitted(lift(), inGroups(accesses, groups));
      const rows = inGroups(asked, groups);
      const expected = asked.map((pair) => naive(accesses, known(groups, accesses), pair));
      expect(difference((await scored(model, rows)).surprise, expected)).toBeLessThan(1e-9);
      expect((await scoredErased(model, rows)).surprise).toEqual((await scored(model, rows)).surprise);
    }),
  );
});

test('rows without groups use the ones that training knew', async () => {
  await fc.assert(
    fc.asyncProperty(accessesOf, groupsOf, async (accesses, groups) => {
      const model = await fitted(lift(), inGroups(accesses, groups));
      const seen = asked.filter(({ user }) => accesses.some((row) => row.user === user));
      expect((await scored(model, seen)).surprise).toEqual((await scored(model, inGroups(seen, groups))).surprise);
    }),
  );
});

test('without a directory, communities of the access graph stand in, and everything is finite', async () => {
  await fc.assert(
    fc.asyncProperty(accessesOf, async (accesses) => {
      const model = await fitted(lift(), accesses);
      expect((await scored(model, asked)).surprise.every(Number.isFinite)).toBe(true);
      const again = await lift().load(memoryFiles(await saved(model)), aRun());
      expect(await scored(again, asked)).toEqual(await scored(model, asked));
    }),
  );
});

test('an update is the same as learning everything at once, moves between departments too', async () => {
  const dated = (rows: readonly AccessRow[], day: number, groups: Groups) => inGroups(rows, groups).map((row, i) => ({ ...row, day: day + (i % 5) }));
  await fc.assert(
    fc.asyncProperty(accessesOf, accessesOf, groupsOf, groupsOf, async (first, second, groups, later) => {
      const [before, after] = [dated(first, 100, groups), dated(second, 103, later)];
      const updated = await (await fitted(lift(), before)).update!(replay(table(after)), aRun());
      const refit = await fitted(lift(), [...before, ...after]);
      expect(difference((await scored(updated, asked)).surprise, (await scored(refit, asked)).surprise)).toBeLessThan(1e-9);
    }),
  );
});

test('colleagues who use a resource make it less odd for a newcomer', async () => {
  const rows = ['ann', 'bea', 'cid', 'dan', 'eva', 'fay'].map((user, i) => ({ user, resource: i < 3 ? 'pay' : 'plans', department: i < 3 ? 'hr' : 'building' }));
  const { surprise, status } = await scored(await fitted(lift(), rows), [{ user: 'zoe', resource: 'pay', department: 'hr' }, { user: 'zoe', resource: 'plans', department: 'hr' }]);
  expect(status).toEqual(['new-user', 'new-user']);
  expect(surprise[0]).toBeLessThan(surprise[1] as number);
});

test('the terms of an explanation sum to the surprise', async () => {
  await fc.assert(
    fc.asyncProperty(accessesOf, groupsOf, async (accesses, groups) => {
      const model = await fitted(lift(), inGroups(accesses, groups));
      const explanations = await model.explain!(table(inGroups(asked, groups)), aRun());
      expect(difference(explanations.map(({ terms }) => terms.reduce((sum, { value }) => sum + value, 0)), (await scored(model, inGroups(asked, groups))).surprise)).toBeLessThan(1e-9);
    }),
  );
});
