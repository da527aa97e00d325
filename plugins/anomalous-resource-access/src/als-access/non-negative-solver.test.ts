import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NonNegativeSolver } from './non-negative-solver.ts';

const value = fc.integer({ min: -9, max: 9 }).map((whole) => whole / 3);
const problem = fc.integer({ min: 1, max: 6 }).chain((rank) =>
  fc.record({
    rank: fc.constant(rank),
    vectors: fc.array(fc.array(value, { minLength: rank, maxLength: rank }), { minLength: 1, maxLength: 8 }),
    b: fc.array(value, { minLength: rank, maxLength: rank }),
    start: fc.array(value, { minLength: rank, maxLength: rank }),
    ridge: fc.constantFrom(0.01, 1, 30),
  }),
);

const gram = (vectors: readonly number[][], rank: number, ridge: number): Float64Array =>
  Float64Array.from({ length: rank * rank }, (_, at) => {
    const [p, q] = [Math.floor(at / rank), at % rank];
    return vectors.reduce((sum, y) => sum + (y[p] as number) * (y[q] as number), p === q ? ridge : 0);
  });

test('the answer is the minimum: never negative, slope 0 where positive, not falling where 0 (KKT)', () => {
  fc.assert(
    fc.property(problem, ({ rank, vectors, b, start, ridge }) => {
      const a = gram(vectors, rank, ridge);
      const x = Float64Array.from(start, (from) => Math.max(0, from));
      new NonNegativeSolver(rank).minimise(a, Float64Array.from(b), x);
      for (let p = 0; p < rank; p++) {
        const slope = x.reduce((sum, xq, q) => sum + (a[p * rank + q] as number) * xq, -(b[p] as number));
        expect(x[p]).toBeGreaterThanOrEqual(0);
        expect(slope).toBeGreaterThan(-1e-8);
        expect(Math.abs(slope * (x[p] as number))).toBeLessThan(1e-7);
      }
    }),
    { numRuns: 500 },
  );
});

test('where it starts does not change the answer', () => {
  fc.assert(
    fc.property(problem, ({ rank, vectors, b, start, ridge }) => {
      const a = gram(vectors, rank, ridge);
      const [cold, warm] = [new Float64Array(rank), Float64Array.from(start, (from) => Math.max(0, from))];
      const solver = new NonNegativeSolver(rank);
      solver.minimise(a, Float64Array.from(b), cold);
      solver.minimise(a, Float64Array.from(b), warm);
      warm.forEach((found, p) => expect(found).toBeCloseTo(cold[p] as number, 7));
    }),
  );
});

test('a singular system still gets a finite answer', () => {
  const x = Float64Array.of(1, 1);
  new NonNegativeSolver(2).minimise(Float64Array.of(1, 1, 1, 1), Float64Array.of(2, 2), x);
  expect((x[0] as number) + (x[1] as number)).toBeCloseTo(2, 9);
  new NonNegativeSolver(2).minimise(new Float64Array(4), new Float64Array(2), x);
  expect([...x].every(Number.isFinite)).toBe(true);
});
