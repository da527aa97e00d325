import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auc, averagePrecision, credentialSwap, holdOutPairs, pairLookup, recallAt, type Pairs } from '@byoml/core/evaluate';
import { keyedHash, randomFrom } from '@byoml/core/random';
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

function chosen({ users, resources }: Pairs, keep: (row: number) => boolean): Pairs {
  const rows = Array.from(users.keys()).filter(keep);
  return { users: Int32Array.from(rows, (row) => users[row] as number), resources: Int32Array.from(rows, (row) => resources[row] as number) };
}

/** 20 % of the pairs of users with five or more held out; negatives are credential swaps of those whose ends are both in training (settled 18). */
export function split(data: RealData, seed: number): Split {
  const { training, positives } = heldOut(data, seed);
  return { training, positives, negatives: credentialSwap(positives.users, positives.resources, pairLookup(data.pairs), seed) };
}

function heldOut({ pairs }: RealData, seed: number): Omit<Split, 'negatives'> {
  const hidden = holdOutPairs(pairs.users, pairs.resources, seed);
  const training = chosen(pairs, (row) => hidden[row] === 0);
  const users = new Set(training.users);
  const resources = new Set(training.resources);
  const positives = chosen(pairs, (row) => hidden[row] === 1 && users.has(pairs.users[row] as number) && resources.has(pairs.resources[row] as number));
  return { training, positives };
}

/** As `split`, with negatives as the reference table has them: shuffled once, and those that exist dropped, which leaves easier ones. */
export function referenceSplit(data: RealData, seed: number): Split {
  const { training, positives } = heldOut(data, seed);
  const random = randomFrom(seed);
  const keys = Float64Array.from(positives.resources, (resource) => Math.floor(random.next() * 2 ** 32) * 2 ** 16 + resource).sort();
  const swapped = { users: positives.users, resources: Int32Array.from(keys, (key) => key % 2 ** 16) };
  const exists = pairLookup(data.pairs);
  return { training, positives, negatives: chosen(swapped, (row) => !exists(swapped.users[row] as number, swapped.resources[row] as number)) };
}

/** A fifth of the users without any pair in training; positives are their pairs with known resources. */
export function newcomers({ pairs, texts }: RealData, seed: number): Split {
  const isNew = (row: number): boolean => keyedHash(seed, texts[pairs.users[row] as number] as string) < 2 ** 32 / 5;
  const training = chosen(pairs, (row) => !isNew(row));
  const known = new Set(training.resources);
  const positives = chosen(pairs, (row) => isNew(row) && known.has(pairs.resources[row] as number));
  return { training, positives, negatives: credentialSwap(positives.users, positives.resources, pairLookup(pairs), seed) };
}

/** The dated e-mails: one row per message, day as days since the first. */
export function emails(): { readonly rows: Pairs; readonly days: Int32Array; readonly texts: readonly string[] } {
  const rows = lines('email-eu-core/email-Eu-core-temporal-first150days.txt').map((line) => line.split(/\s+/).map(Number) as [number, number, number]).filter(([sender, receiver]) => sender !== receiver);
  const largest = rows.reduce((most, [sender, receiver]) => Math.max(most, sender, receiver), 0);
  return {
    rows: { users: Int32Array.from(rows, ([sender]) => sender), resources: Int32Array.from(rows, ([, receiver]) => receiver) },
    days: Int32Array.from(rows, ([, , seconds]) => Math.floor(seconds / 86_400)),
    texts: Array.from({ length: largest + 1 }, (_, code) => String(code)),
  };
}

/** Distinct pairs first seen from a day on, whose both ends were known before. */
export function arrivals({ rows, days }: ReturnType<typeof emails>, from: number, seed: number): Split {
  const training = chosen(rows, (row) => (days[row] as number) < from);
  const [users, resources, seen] = [new Set(training.users), new Set(training.resources), new Set(Array.from(training.users, (user, i) => user * 2 ** 16 + (training.resources[i] as number)))];
  const positives = chosen(rows, (row) => {
    const [user, resource] = [rows.users[row] as number, rows.resources[row] as number];
    const fresh = !seen.has(user * 2 ** 16 + resource) && users.has(user) && resources.has(resource);
    seen.add(user * 2 ** 16 + resource);
    return fresh;
  });
  return { training, positives, negatives: credentialSwap(positives.users, positives.resources, pairLookup(rows), seed) };
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
export async function quality(model: Model, { positives, negatives }: Split, texts: readonly string[], more: (users: Int32Array) => Record<string, unknown> = () => ({})): Promise<Quality> {
  const score = async (rows: Pairs): Promise<Float64Array> => surprisesOf(await model.score(accessTable(rows, texts, more(rows.users)), aRun()));
  const [usual, odd] = [await score(positives), await score(negatives)];
  return { auc: auc(odd, usual), ap: averagePrecision(odd, usual, 100), recall: recallAt(odd, usual, 0.01) };
}

/** The mean of something over five seeds. */
export async function meanOfSeeds(measure: (seed: number) => Promise<number>): Promise<number> {
  let sum = 0;
  for (let seed = 1; seed <= 5; seed++) sum += await measure(seed);
  return sum / 5;
}
