import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRun } from '@byoml/core/testkit';
import type { Explanation } from '@byoml/core';
import { datedGraph, everyPair, fitted, scored, table, undatedGraph, type AccessRow } from '../graph/tables.test.fixture.ts';
import { accessWalk } from './definition.ts';
import { naiveWalk } from './naive.test.reference.ts';
import { exponents, settings, type Exponent } from './settings.ts';

const walk = (b: Exponent) => accessWalk.create(settings.parse({ b }), {});

async function explained(accesses: readonly AccessRow[], asked: readonly AccessRow[], b: Exponent = 0.5): Promise<readonly Explanation[]> {
  return (await fitted(walk(b), accesses)).explain!(table(asked), aRun());
}

const sum = ({ terms }: Explanation): number => terms.reduce((total, { value }) => total + value, 0);
const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) <= 1e-9 * Math.abs(expected);

test('the terms of a walk sum to s of the formula; those of a cold row to its coldSurprise', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(undatedGraph, datedGraph), fc.constantFrom(...exponents), async (accesses, b) => {
      const model = await fitted(walk(b), accesses);
      const { status, coldSurprise } = await scored(model, everyPair);
      const explanations = await model.explain!(table(everyPair), aRun());
      for (const [i, explanation] of explanations.entries()) {
        const pair = everyPair[i] as AccessRow;
        const warm = status[i] === 'known' || status[i] === 'scored';
        expect(explanation.explains).toBe(warm ? 'surprise' : 'coldSurprise');
        const expected = warm ? naiveWalk(accesses, pair, b).s : (coldSurprise?.[i] as number);
        expect(near(sum(explanation), expected), `${pair.user} → ${pair.resource}`).toBe(true);
        expect(near(explanation.total, expected)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

/** Ann and Bea share two folders with Cid; everybody uses the wiki; Dan works elsewhere, on the plans. */
const office: readonly AccessRow[] = [
  ...['ann', 'bea', 'cid', 'dan', 'eva', 'fay', 'gil', 'hal', 'ida', 'jon'].map((user) => ({ user, resource: 'wiki' })),
  ...['ann', 'bea', 'cid'].map((user) => ({ user, resource: 'folder' })),
  ...['ann', 'bea'].map((user) => ({ user, resource: 'notes' })),
  ...['bea', 'cid'].map((user) => ({ user, resource: 'pay' })),
  ...['dan', 'eva'].map((user) => ({ user, resource: 'plans' })),
  { user: 'dan', resource: 'home' },
];
/** Thirty more users of the wiki, so that only the wiki is common. */
const company = [...office, ...Array.from({ length: 30 }, (_, i) => ({ user: `z${i}`, resource: 'wiki' }))];

test('a reason names existing peers and resources, and never what more than a fifth of the users use', async () => {
  const [explanation] = await explained(company, [{ user: 'ann', resource: 'pay' }]);
  const reason = explanation?.reasons.find(({ kind }) => kind === 'shared-resource');
  expect(reason?.facts['peers']).toEqual(['bea', 'cid']);
  expect(reason?.facts['resources']).toEqual(['folder', 'notes']);
  expect(explanation?.terms.some(({ from }) => from['resource'] === 'wiki')).toBe(true);
});

test('the sentence contrasts the pair with the usual accesses of the user', async () => {
  const [usual, odd] = await explained(company, [{ user: 'ann', resource: 'pay' }, { user: 'ann', resource: 'plans' }]);
  expect(usual?.sentence).toBe('2 of 2 users of pay touch other resources of ann; for usual accesses of ann it is 1 of 1.');
  expect(odd?.sentence).toBe('0 of 2 users of plans touch other resources of ann; for usual accesses of ann it is 1 of 1.');
  expect(odd?.reasons.map(({ kind }) => kind)).toEqual(['usual-accesses']);
});

test('without any path it says so', async () => {
  const apart = company.filter(({ user, resource }) => !(resource === 'wiki' && (user === 'dan' || user === 'eva'))).concat([{ user: 'eva', resource: 'bridge' }, { user: 'z1', resource: 'bridge' }]);
  const [explanation] = await explained(apart, [{ user: 'ann', resource: 'home' }]);
  expect(explanation?.explains).toBe('surprise');
  expect(explanation?.reasons[0]?.kind).toBe('no-path');
  expect(explanation?.sentence).toBe('Nobody who shares anything with ann uses home: 0 of 1 user of home touch other resources of ann; for usual accesses of ann it is 1 of 1.');
});

test('a home share that only its owner uses is explained as such', async () => {
  const [explanation] = await explained(company, [{ user: 'dan', resource: 'home' }]);
  expect(explanation?.sentence).toBe('Nobody but dan uses home.');
});

test('a cold row is explained by what its groups do, and says which score that is', async () => {
  const rows = company.map((row) => ({ ...row, department: row.user < 'd' ? 'payroll' : 'other' }));
  const [newUser, newResource] = await explained(rows, [{ user: 'zoe', resource: 'pay', department: 'payroll' }, { user: 'ann', resource: 'vault' }]);
  expect(newUser).toMatchObject({ explains: 'coldSurprise', quantity: 'coldSurprise', exact: true });
  expect(newUser?.sentence).toBe('2 of 3 users of department payroll use pay, against 2 of all 40 users.');
  expect(newResource?.sentence).toBe('Nobody has used vault before.');
});

test('thousands of paths are told as the largest thousand and one sum of the rest', async () => {
  const dense = Array.from({ length: 60 }, (_, user) => Array.from({ length: 60 }, (_, resource) => ({ user: `u${user}`, resource: `r${resource}` }))).flat();
  const [explanation] = await explained(dense, [{ user: 'u0', resource: 'r0' }]);
  expect(explanation?.terms.length).toBe(1001);
  expect(explanation?.terms.at(-1)?.from).toEqual({ paths: '2481 smaller ones' });
  expect(near(explanation?.total ?? 0, naiveWalk(dense, { user: 'u0', resource: 'r0' }, 0.5).s)).toBe(true);
});
