import fc from 'fast-check';
import { accessColumns, directoryColumns, type Algorithm, type Batch, type Model } from '@byoml/core';
import { aRun, cells, memoryFiles, replay, table as tableOf, type FileBytes } from '@byoml/core/testkit';

/** A row of the tests; what is left out has its default. */
export interface AccessRow {
  readonly scope?: string;
  readonly user: string;
  readonly resource: string;
  readonly count?: number;
  readonly day?: number;
  readonly manager?: string;
  readonly team?: string;
  readonly department?: string;
  readonly title?: string;
}

export const table = (rows: readonly AccessRow[]): Batch => tableOf({ ...accessColumns, ...directoryColumns }, rows as never) as Batch;

export const fitted = (algorithm: Algorithm, rows: readonly AccessRow[], run = aRun()): Promise<Model> => (algorithm.fit as NonNullable<Algorithm['fit']>)(replay(table(rows)), run);

export interface Scored {
  readonly surprise: readonly number[];
  readonly coldSurprise?: readonly number[];
  readonly status: readonly string[];
}

export const scored = async (model: Model, rows: readonly AccessRow[]): Promise<Scored> => cells(await model.score(table(rows), aRun())) as unknown as Scored;

export const scoredErased = async (model: Model, rows: readonly AccessRow[]): Promise<Scored> => cells(await (model.scoreErased as NonNullable<Model['scoreErased']>)(table(rows), aRun())) as unknown as Scored;

export async function saved(model: Model): Promise<FileBytes> {
  const files = memoryFiles();
  await model.save(files, aRun());
  return files.held;
}

const name = (prefix: string, count: number): fc.Arbitrary<string> => fc.integer({ min: 0, max: count - 1 }).map((i) => `${prefix}${i}`);

/** Counts as they come: none, one, many, fractions. */
const counts = fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 1, max: 1000 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }));

const undatedAccess: fc.Arbitrary<AccessRow> = fc.record({ user: name('u', 9), resource: name('r', 9), count: counts });
const datedAccess: fc.Arbitrary<AccessRow> = fc.record({ user: name('u', 9), resource: name('r', 9), count: counts, day: fc.integer({ min: 20_000, max: 20_400 }) });

export const undatedGraph = fc.array(undatedAccess, { maxLength: 60 });
export const datedGraph = fc.array(datedAccess, { maxLength: 60 });

const upTo = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** Every pair of the generated names, and names that no graph has. */
export const everyPair: readonly AccessRow[] = [...upTo('u', 9), 'stranger'].flatMap((user) => [...upTo('r', 9), 'nowhere'].map((resource) => ({ user, resource })));

/** The largest difference, relative above 1. */
export function difference(actual: readonly number[], expected: readonly number[]): number {
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number)) / Math.max(1, Math.abs(expected[i] as number))), actual.length === expected.length ? 0 : Number.POSITIVE_INFINITY);
}
