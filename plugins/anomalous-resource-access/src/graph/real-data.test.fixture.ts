import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auc, averagePrecision, credentialSwap, holdOutPairs, pairLookup, recallAt, type Pairs } from '@byoml/core/evaluate';
import { batch, dictionaryColumn, type AccessColumns, type Batch, type Model } from '@byoml/core';
import { aRun } from '@byoml/core/testkit';

const folder = join(import.meta.dirname, '../../../../../shared/data');

/** Whether the sets are here; they may not be committed, so tests that need them are skipped without. */
export const haveRealData = existsSync(join(folder, 'access-matrices'));

/** Distinct pairs, by code. */
export interface RealData {
  readonly pairs: Pairs;
  readonly texts: readonly string[];
}

export const realDataNames = ['apj', 'emea', 'fire2', 'email'] as const;
export type RealDataName = (typeof realDataNames)[number];

const lines = (file: string): string[] => readFileSync(join(folder, file), 'utf8').split(/\r?\n/).filter((line) => line !== '');

function numbersOf(name: RealDataName): number[][] {
  if (name !== 'email') return lines(`access-matrices/${name}.csv`).slice(1).map((line) => line.split(',').map(Number));
  return lines('email-eu-core/email-Eu-core.txt').map((line) => line.split(/\s+/).map(Number)).filter(([sender, receiver]) => sender !== receiver);
}

export function realData(name: RealDataName): RealData {
  const rows = numbersOf(name);
  const largest = rows.reduce((most, row) => Math.max(most, ...row), 0);
  return {
    pairs: { users: Int32Array.from(rows, ([user]) => user as number), resources: Int32Array.from(rows, ([, resource]) => resource as number) },
    texts: Array.from({ length: largest + 1 }, (_, code) => String(code)),
  };
}

/** The department of every e-mail user. */
export const departments = (): ReadonlyMap<string, string> =>
  new Map(lines('email-eu-core/email-Eu-core-department-labels.txt').map((line) => line.split(/\s+/) as [string, string]));

export interface Split {
  readonly training: Pairs;
  readonly positives: Pairs;
  readonly negatives: Pairs;
}

const chosen = ({ users, resources }: Pairs, keep: (row: number) => boolean): Pairs => ({ users: users.filter((_, row) => keep(row)), resources: resources.filter((_, row) => keep(row)) });

/** 20 % of the pairs of users with five or more held out; negatives are credential swaps of those whose ends are both in training (settled 18). */
export function split({ pairs }: RealData, seed: number): Split {
  const hidden = holdOutPairs(pairs.users, pairs.resources, seed);
  const training = chosen(pairs, (row) => hidden[row] === 0);
  const users = new Set(training.users);
  const resources = new Set(training.resources);
  const positives = chosen(pairs, (row) => hidden[row] === 1 && users.has(pairs.users[row] as number) && resources.has(pairs.resources[row] as number));
  return { training, positives, negatives: credentialSwap(positives.users, positives.resources, pairLookup(pairs), seed) };
}

export function accessTable({ users, resources }: Pairs, texts: readonly string[], more: Record<string, unknown> = {}): Batch<AccessColumns> {
  const columns = { user: dictionaryColumn(users, texts), resource: dictionaryColumn(resources, texts), scope: dictionaryColumn(new Int32Array(users.length), ['']), count: new Float64Array(users.length).fill(1), ...more };
  return batch<AccessColumns>(columns as never);
}

export interface Quality {
  readonly auc: number;
  /** Average precision at 1 positive in 101. */
  readonly ap: number;
  /** Recall at 1 % false positives. */
  readonly recall: number;
}

const surprisesOf = ({ columns }: Batch): Float64Array => (columns as unknown as { surprise: Float64Array }).surprise;

/** How well surprise tells swaps (odd) from held-out accesses (usual). */
export async function quality(model: Model, { positives, negatives }: Split, texts: readonly string[]): Promise<Quality> {
  const usual = surprisesOf(await model.score(accessTable(positives, texts), aRun()));
  const odd = surprisesOf(await model.score(accessTable(negatives, texts), aRun()));
  return { auc: auc(odd, usual), ap: averagePrecision(odd, usual, 100), recall: recallAt(odd, usual, 0.01) };
}
