import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accessWalk } from './definition.ts';
import { exponents, settings } from './settings.ts';
import { naiveSurprise, type Access } from './naive.test.reference.ts';
import { aRun, stream, surprisesOf, table } from '../graph/tables.test.fixture.ts';

const names = (prefix: string, count: number) => fc.integer({ min: 0, max: count - 1 }).map((i) => `${prefix}${i}`);
const counts = fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 1, max: 1000 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }));
const access = fc.record({ user: names('u', 9), resource: names('r', 9), count: counts });
const datedAccess = fc.record({ user: names('u', 9), resource: names('r', 9), count: counts, day: fc.integer({ min: 20_000, max: 20_400 }) });

const everyPair: Access[] = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'stranger'].flatMap((user) =>
  ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'nowhere'].map((resource) => ({ user, resource, count: 1 })),
);

async function surprises(accesses: readonly Access[], b: number, hubs: number, pairs = everyPair): Promise<ArrayLike<number>> {
  const algorithm = accessWalk.create(settings.parse({ b, hubs }), {});
  const model = await algorithm.fit!(stream(table(accesses)), aRun());
  return surprisesOf(await model.score(table(pairs), aRun()));
}

function expectEqual(actual: ArrayLike<number>, accesses: readonly Access[], b: number, pairs = everyPair): void {
  pairs.forEach(({ user, resource }, i) => {
    const expected = naiveSurprise(accesses, user, resource, { b });
    const error = Math.abs((actual[i] as number) - expected) / Math.max(1, Math.abs(expected));
    expect(error, `${user} → ${resource}: ${actual[i]} against ${expected}`).toBeLessThan(1e-9);
  });
}

for (const [kind, one] of [['undated', access], ['dated', datedAccess]] as const) {
  test(`every pair scores as the naive formula says, ${kind}, whatever the number of hubs`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 60 }), fc.constantFrom(...exponents), fc.constantFrom(0, 2, 64), async (accesses, b, hubs) => {
        expectEqual(await surprises(accesses, b, hubs), accesses, b);
      }),
      { numRuns: 150 },
    );
  });
}
