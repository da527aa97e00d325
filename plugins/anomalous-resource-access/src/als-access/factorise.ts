import { keyedHash, randomFrom, type Random } from '@byoml/core/random';
import { transposed } from '../graph/csr.ts';
import type { Pacer } from '../graph/pacer.ts';
import { LeastSquares, sideOf, type Side } from './least-squares.ts';
import type { Settings } from './settings.ts';
import type { TrainingMatrix } from './training-matrix.ts';

/** Factors, row-major, `rank` to a row; none negative. */
export interface Factors {
  readonly rank: number;
  readonly users: Float64Array;
  readonly resources: Float64Array;
}

/** What a factorisation needs besides its data. */
export interface Effort {
  readonly seed: number;
  readonly pace: Pacer;
  /** Called after every sweep. */
  readonly swept: () => void;
}

const rowsBetweenLooks = 64;

/** Alternating least squares: each sweep solves the resources, then the users, exactly. */
export async function factorise(matrix: TrainingMatrix, rank: number, settings: Settings, { seed, pace, swept }: Effort): Promise<Factors> {
  const resourceCount = matrix.groups.reduce((sum, { resources }) => sum + resources.size, 0);
  const byUser = sideOf(matrix.cells, settings);
  const byResource = sideOf(transposed(matrix.cells, resourceCount), settings);
  const users = initialUsers(matrix, rank, seed);
  const resources = new Float64Array(resourceCount * rank);
  const squares = new LeastSquares(rank, settings.regularization);
  const solve = async (side: Side, fixed: Float64Array, solved: Float64Array): Promise<void> => {
    squares.fix(fixed, settings.implicit);
    const rows = side.starts.length - 1;
    for (let row = 0; row < rows; row += rowsBetweenLooks) {
      squares.solveRows(side, fixed, solved, row, Math.min(rows, row + rowsBetweenLooks));
      if (pace.due()) await pace.turn();
    }
  };
  for (let sweep = 0; sweep < settings.maxIterations; sweep++) {
    await solve(byResource, users, resources);
    await solve(byUser, resources, users);
    swept();
  }
  return { rank, users, resources };
}

/** A random direction per user with accesses, keyed by name, so that the order of rows does not matter. */
function initialUsers({ groups, cells }: TrainingMatrix, rank: number, seed: number): Float64Array {
  const factors = new Float64Array((cells.starts.length - 1) * rank);
  for (const { scope, users, firstUser } of groups) {
    users.texts.forEach((name, id) => {
      const user = firstUser + id;
      if (cells.starts[user] !== cells.starts[user + 1]) factors.set(direction(rank, randomFrom(keyedHash(seed, 'user', scope, name))), user * rank);
    });
  }
  return factors;
}

function direction(rank: number, random: Random): Float64Array {
  const values = Float64Array.from({ length: rank }, () => normal(random));
  const length = Math.hypot(...values);
  return values.map((value) => (length > 0 ? value / length : 1));
}

/** A standard normal number (Box and Muller 1958). */
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
