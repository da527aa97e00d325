import { keyedHash, randomFrom } from '@byoml/core/random';
import { grouped, type Csr } from '../graph/csr.ts';
import type { Names } from '../graph/names.ts';
import { complementSet } from './complement-set.ts';
import { sortedPairs, type IdPairs, type ScopeLikelihoods } from './likelihoods.ts';
import { linearlyScaled } from './scales.ts';
import type { Settings } from './settings.ts';

/** A scope's part of a matrix: its names are rows `firstUser` … and columns `firstResource` …. */
export interface Group {
  readonly scope: string;
  readonly users: Names;
  readonly resources: Names;
  readonly firstUser: number;
  readonly firstResource: number;
}

/** What is factorised: scaled strengths by user, of one scope or of several side by side. */
export interface TrainingMatrix {
  readonly groups: readonly Group[];
  readonly cells: Csr;
  /** 1: an access; 0: a drawn negative. By cell. */
  readonly observed: Uint8Array;
  /** Pairs known from before, by user. Values mean nothing. */
  readonly history: Csr;
}

type Scaling = Pick<Settings, 'range' | 'implicit' | 'complementFactor' | 'negativeScore'>;

/** The matrix of one scope. In explicit mode it holds drawn negatives, keyed by seed and scope. */
export function scopeMatrix(given: ScopeLikelihoods, settings: Scaling, seed: number): TrainingMatrix {
  const { scope, userNames, resourceNames, likelihoods, history } = given;
  const scaled = settings.range === null ? likelihoods : linearlyScaled(likelihoods, ...settings.range);
  const random = randomFrom(keyedHash(seed, 'complement', scope));
  const drawn = settings.implicit ? { users: new Int32Array(0), resources: new Int32Array(0) } : complementSet(given, settings.complementFactor, random);
  const pairs = { users: chained(Int32Array, [given.users, drawn.users]), resources: chained(Int32Array, [given.resources, drawn.resources]) };
  const order = sortedPairs(pairs, userNames.size, resourceNames.size);
  return {
    groups: [{ scope, users: userNames, resources: resourceNames, firstUser: 0, firstResource: 0 }],
    cells: rowsOfPairs(pairs, order, userNames.size, (pair) => scaled[pair] ?? settings.negativeScore),
    observed: Uint8Array.from(order, (pair) => (pair < scaled.length ? 1 : 0)),
    history: rowsOfPairs(history, distinctSorted(history, userNames.size, resourceNames.size), userNames.size, () => 0),
  };
}

function chained<T extends Int32Array | Float64Array | Uint8Array>(Kind: new (length: number) => T, parts: readonly T[]): T {
  const whole = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function rowsOfPairs({ users, resources }: IdPairs, order: Int32Array, userCount: number, value: (pair: number) => number): Csr {
  const { starts } = grouped(order.map((pair) => users[pair] as number), userCount);
  return { starts, columns: order.map((pair) => resources[pair] as number), values: Float64Array.from(order, value) };
}

function distinctSorted(pairs: IdPairs, userCount: number, resourceCount: number): Int32Array {
  const same = (a: number, b: number): boolean => pairs.users[a] === pairs.users[b] && pairs.resources[a] === pairs.resources[b];
  return sortedPairs(pairs, userCount, resourceCount).filter((pair, i, order) => i === 0 || !same(pair, order[i - 1] as number));
}

/** Matrices on the diagonal of a common one: scopes share no row and no column. */
export function joined(matrices: readonly TrainingMatrix[]): TrainingMatrix {
  let [firstUser, firstResource] = [0, 0];
  const groups: Group[] = [];
  const offsets: number[] = [];
  for (const group of matrices.flatMap((matrix) => matrix.groups)) {
    groups.push({ ...group, firstUser, firstResource });
    offsets.push(firstResource);
    firstUser += group.users.size;
    firstResource += group.resources.size;
  }
  return {
    groups,
    cells: stacked(matrices.map(({ cells }) => cells), offsets),
    observed: chained(Uint8Array, matrices.map(({ observed }) => observed)),
    history: stacked(matrices.map(({ history }) => history), offsets),
  };
}

function stacked(parts: readonly Csr[], offsets: readonly number[]): Csr {
  const starts = [0];
  for (const part of parts) {
    const before = starts.at(-1) as number;
    for (const start of part.starts.subarray(1)) starts.push(before + start);
  }
  return {
    starts: Int32Array.from(starts),
    columns: chained(Int32Array, parts.map(({ columns }, i) => columns.map((column) => column + (offsets[i] as number)))),
    values: chained(Float64Array, parts.map(({ values }) => values)),
  };
}
