import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialSwap, pairLookup, temporalSplit, type Pairs } from '@byoml/core/evaluate';
import type { AlgorithmDefinition, Batches, Model } from '@byoml/core';
import { aRun, fakeServices, replay } from '@byoml/core/testkit';
import { expect, test } from 'vitest';
import { accessWalk } from './access-walk/index.ts';
import { alsAccess } from './als-access/index.ts';
import { accessTable, haveRealData, quality, realData, split, type RealDataName, type Split } from './graph/real-data.test.fixture.ts';

/**
 * The honest comparison on real accesses (settled 18): hidden real pairs against the same pairs with swapped credentials, both ends in
 * training. Mean AUC of the seeds; hyper-parameters are the defaults, or chosen by the algorithms on the training part.
 */
const seeds = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

interface Means {
  readonly walk: number;
  readonly compat: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function fitted(definition: AlgorithmDefinition, profile: string | undefined, data: Batches, seed: number): Promise<Model> {
  const settings = definition.settings.parse(profile === undefined ? {} : definition.profiles?.[profile]);
  return definition.create(settings, fakeServices(definition.needs)).fit?.(data, aRun({ seed })) as Promise<Model>;
}

async function compared(parts: ReadonlyArray<readonly [seed: number, part: Split, training: Batches]>, texts: readonly string[]): Promise<Means> {
  const [walk, compat]: [number[], number[]] = [[], []];
  for (const [seed, part, training] of parts) {
    walk.push((await quality(await fitted(accessWalk, undefined, training, seed), part, texts)).auc);
    compat.push((await quality(await fitted(alsAccess, 'compat', training, seed), part, texts)).auc);
  }
  return { walk: mean(walk), compat: mean(compat) };
}

function undated(name: RealDataName, count: number): Promise<Means> {
  const data = realData(name);
  const parts = seeds(count).map((seed) => ({ seed, part: split(data, seed) }));
  return compared(parts.map(({ seed, part }) => [seed, part, replay(accessTable(part.training, data.texts))] as const), data.texts);
}

const dayMs = 86_400_000;
const timedFile = join(import.meta.dirname, '../../../../shared/data/email-eu-core/email-Eu-core-temporal-first150days.txt');

/** Trains on 100 days of e-mail and asks about the pairs that are new in the 50 days after. */
function timed(): Promise<Means> {
  const mails = readFileSync(timedFile, 'utf8').trim().split('\n').map((line) => line.split(/\s+/).map(Number) as [number, number, number]).filter(([sender, receiver]) => sender !== receiver);
  const column = (of: (mail: [number, number, number]) => number): Int32Array => Int32Array.from(mails, of);
  const [users, resources, days] = [column(([sender]) => sender), column(([, receiver]) => receiver), column(([, , second]) => Math.floor(second / 86_400))];
  const texts = Array.from({ length: Math.max(...users, ...resources) + 1 }, (_, code) => String(code));
  const { train, test: later } = temporalSplit(days, { calibrateFrom: 100, testFrom: 100 });
  const at = (rows: Int32Array): Pairs => ({ users: rows.map((row) => users[row] as number), resources: rows.map((row) => resources[row] as number) });
  const training = at(train);
  const positives = newPairs(at(later), training);
  const seen = Float64Array.from(train, (row) => (days[row] as number) * dayMs);
  const data = replay(accessTable(training, texts, { day: train.map((row) => days[row] as number), firstSeen: seen, lastSeen: seen }));
  return compared(seeds(3).map((seed) => [seed, { training, positives, negatives: credentialSwap(positives.users, positives.resources, pairLookup({ users, resources }), seed) }, data] as const), texts);
}

/** Distinct pairs that training does not have, though it has both their ends. */
function newPairs(pairs: Pairs, training: Pairs): Pairs {
  const known = pairLookup(training);
  const [users, resources] = [new Set(training.users), new Set(training.resources)];
  const distinct = new Map<string, readonly [number, number]>();
  pairs.users.forEach((user, i) => {
    const resource = pairs.resources[i] as number;
    if (users.has(user) && resources.has(resource) && !known(user, resource)) distinct.set(`${user} ${resource}`, [user, resource]);
  });
  return { users: Int32Array.from(distinct.values(), ([user]) => user), resources: Int32Array.from(distinct.values(), ([, resource]) => resource) };
}

/** Where `npm run proof` wants the figures; it takes the full counts of seeds. */
const proof = process.env['BYOML_PROOF'];
const [few, fewest] = proof === undefined ? [3, 3] : [10, 5];

/** With 35 users, emea takes more seeds: single ones differ by .02. */
const sets = { apj: () => undated('apj', few), emea: () => undated('emea', 20), fire2: () => undated('fire2', fewest), email: () => undated('email', few), 'email in time': timed } as const;

test.skipIf(!haveRealData)('access-walk is nowhere more than .003 AUC below compat, and above it on at least 3 of apj, emea, fire2 and email (needs ../shared)', { timeout: 900_000 }, async () => {
  const results: Record<string, Means> = {};
  for (const [name, run] of Object.entries(sets)) results[name] = await run();
  const shown = JSON.stringify(results);
  if (proof !== undefined) appendFileSync(proof, `${shown}\n`);
  const gains = new Map(Object.entries(results).map(([name, { walk, compat }]) => [name, walk - compat]));
  for (const [name, gain] of gains) expect(gain, `${name} of ${shown}`).toBeGreaterThanOrEqual(-0.003);
  expect([...gains].filter(([name, gain]) => name !== 'email in time' && gain > 0).length, `${shown}`).toBeGreaterThanOrEqual(3);
});
